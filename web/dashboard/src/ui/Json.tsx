/** A JSON value, laid out. */
export function Json({ value }: { value: unknown }) {
  return (
    <pre className="code" tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
