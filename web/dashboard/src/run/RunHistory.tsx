export default function RunHistory({ id }: { id: string }) {
  return <p>{id}</p>;
}
