export default function RunData({ id }: { id: string }) {
  return <p>{id}</p>;
}
