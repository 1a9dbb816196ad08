export default function RunResults({ id }: { id: string }) {
  return <p>{id}</p>;
}
