export default function RunRaw({ id }: { id: string }) {
  return <p>{id}</p>;
}
