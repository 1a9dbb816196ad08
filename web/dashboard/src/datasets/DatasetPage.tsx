/** TODO */
export function DatasetPage() {
  return <main id="main" />;
}
