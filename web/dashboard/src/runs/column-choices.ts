/** A column that is shown, and its width in pixels where it is not the usual one. */
export type ColumnChoice = { readonly id: string; readonly width?: number };

export const DEFAULT_COLUMNS: readonly ColumnChoice[] = ["status", "name", "tags", "results", "duration", "started", "error"].map(
  (id) => ({ id }),
);

/** The choice as text: `id` or `id@width`; commas in the id are percent-encoded. */
export function writeColumn({ id, width }: ColumnChoice): string {
  const name = id.replace(/[%,@]/g, encodeURIComponent);
  return width === undefined ? name : `${name}@${Math.round(width)}`;
}

/** The choice that a text says; undefined when it says none. */
export function readColumn(text: string): ColumnChoice | undefined {
  const [name, width] = text.split("@");
  if (!name) return undefined;
  try {
    const id = decodeURIComponent(name);
    const pixels = Number(width);
    return pixels >= 40 && pixels <= 2000 ? { id, width: pixels } : { id };
  } catch {
    return undefined;
  }
}

/** The columns of an address; the usual ones when it names none. */
export function columnsOf(texts: readonly string[] | undefined): readonly ColumnChoice[] {
  const choices = (texts ?? []).map(readColumn).filter((choice) => choice !== undefined);
  const unique = choices.filter(({ id }, at) => choices.findIndex((other) => other.id === id) === at);
  return unique.length ? unique : DEFAULT_COLUMNS;
}
