/** TODO */
export function DatasetsPage() {
  return <main id="main" />;
}
