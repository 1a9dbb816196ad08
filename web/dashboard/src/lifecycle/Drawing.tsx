import { STATUS_NAMES, type Status } from "../runs/statuses";
import { useMedia } from "../ui/useMedia";
import { FLAT, type Place, UPRIGHT } from "./layout";

type State = { readonly status: Status; readonly next: readonly Status[] };

/** The states as boxes, in columns by how many moves lead to them at most, and an arrow for each move. */
export function Drawing({ states }: { states: readonly State[] }) {
  const { box, size, middle, arrow } = useMedia("(max-width: 700px)") ? UPRIGHT : FLAT;
  const places = placesOf(states);
  const steps = (axis: "x" | "y") => Math.max(...[...places.values()].map((place) => place[axis])) + 1;
  const { width, height } = size({ x: steps("x"), y: steps("y") });
  const middleOf = (status: Status) => middle(places.get(status)!);
  return (
    <svg className="drawing" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={wordsOf(states)}>
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {states.flatMap(({ status, next }) =>
        next.map((to) => <path key={`${status} ${to}`} className="move" d={arrow(middleOf(status), middleOf(to))} markerEnd="url(#arrow)" />),
      )}
      {states.map(({ status }) => {
        const { x, y } = middleOf(status);
        return (
          <g key={status} className="state" data-status={status}>
            <rect x={x - box.width / 2} y={y - box.height / 2} width={box.width} height={box.height} rx="8" />
            <text x={x} y={y + 4} textAnchor="middle">
              {STATUS_NAMES[status]}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** States that lead to each other and start are in the first columns; the one that none leaves is in the last. */
function placesOf(states: readonly State[]): ReadonlyMap<Status, Place> {
  const depth = new Map<Status, number>();
  for (const { status, next } of states) {
    const open = next.filter((to) => states.find((state) => state.status === to)?.next.includes(status));
    depth.set(status, next.length === 0 ? 2 : open.length > 0 ? 0 : 1);
  }
  const taken = new Map<number, number>();
  const counts = (column: number) => [...depth.values()].filter((one) => one === column).length;
  const most = Math.max(counts(0), counts(1), counts(2));
  return new Map(
    states.map(({ status }) => {
      const x = depth.get(status)!;
      const row = taken.get(x) ?? 0;
      taken.set(x, row + 1);
      return [status, { x, y: row + (most - counts(x)) / 2 }];
    }),
  );
}

function wordsOf(states: readonly State[]): string {
  const moves = states.map(({ status, next }) => `${STATUS_NAMES[status]} to ${next.map((to) => STATUS_NAMES[to]).join(", ") || "nothing"}`);
  return `Moves: ${moves.join("; ")}`;
}
