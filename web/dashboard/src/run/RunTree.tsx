export default function RunTree({ id }: { id: string }) {
  return <p>{id}</p>;
}
