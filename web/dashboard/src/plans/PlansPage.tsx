/** TODO */
export function PlansPage() {
  return <main id="main" />;
}
