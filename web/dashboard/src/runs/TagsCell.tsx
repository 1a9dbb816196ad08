/** The tags of a run, as many as fit. */
export function TagsCell({ tags }: { tags: readonly string[] }) {
  if (!tags.length) return <span className="faint">–</span>;
  return (
    <span className="tags" title={tags.join("\n")}>
      {tags.map((tag) => (
        <span className="tag" key={tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}
