/** TODO */
export function JobsPage() {
  return <main id="main" />;
}
