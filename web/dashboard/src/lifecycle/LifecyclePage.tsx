/** TODO */
export function LifecyclePage() {
  return <main id="main" />;
}
