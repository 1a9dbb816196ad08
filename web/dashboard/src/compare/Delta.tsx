/** By how much a score is above or below the baseline's; nothing when it is the same to three places. */
export function Delta({ value }: { value: number | null | undefined }) {
  if (typeof value !== "number" || Math.abs(value) < 0.0005) return null;
  return (
    <span className={value < 0 ? "delta worse" : "delta better"}>
      {value > 0 ? "+" : "−"}
      {Math.abs(value).toFixed(3)}
    </span>
  );
}
