export default function RunEvents({ id }: { id: string }) {
  return <p>{id}</p>;
}
