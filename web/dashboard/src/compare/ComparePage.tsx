/** TODO */
export function ComparePage() {
  return <main id="main" />;
}
