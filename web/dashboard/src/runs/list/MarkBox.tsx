type Props = {
  readonly name: string;
  readonly isMarked: boolean;
  readonly mark: (marked: boolean) => void;
};

/** Marks a run of the list; keys reach it by the row. */
export function MarkBox({ name, isMarked, mark }: Props) {
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      aria-label={`Mark ${name}`}
      checked={isMarked}
      onChange={(event) => mark(event.currentTarget.checked)}
    />
  );
}
