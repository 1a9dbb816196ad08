import { STATUS_NAMES, type Status } from "../runs/statuses";

type State = { readonly status: Status; readonly next: readonly Status[] };
type Place = { readonly x: number; readonly y: number };

const WIDTH = 116;
const HEIGHT = 36;
const COLUMN = 220;
const ROW = 84;
const AROUND = 140;
const MARGIN = 52;

/** The states as boxes, in columns by how many moves lead to them at most, and an arrow for each move. */
export function Drawing({ states }: { states: readonly State[] }) {
  const places = placesOf(states);
  const [columns, rows] = [Math.max(...[...places.values()].map(({ x }) => x)) + 1, Math.max(...[...places.values()].map(({ y }) => y)) + 1];
  const [width, height] = [(columns - 1) * COLUMN + WIDTH + 60, (rows - 1) * ROW + HEIGHT + 2 * MARGIN];
  const middle = ({ x, y }: Place): Place => ({ x: 30 + x * COLUMN + WIDTH / 2, y: MARGIN + y * ROW + HEIGHT / 2 });
  return (
    <svg className="drawing" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={wordsOf(states)}>
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {states.flatMap(({ status, next }) =>
        next.map((to) => (
          <path key={`${status} ${to}`} className="move" d={arrow(middle(places.get(status)!), middle(places.get(to)!))} markerEnd="url(#arrow)" />
        )),
      )}
      {states.map(({ status }) => {
        const { x, y } = middle(places.get(status)!);
        return (
          <g key={status} className="state" data-status={status}>
            <rect x={x - WIDTH / 2} y={y - HEIGHT / 2} width={WIDTH} height={HEIGHT} rx="8" />
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

/** From the edge of one box to the edge of another, bent aside where two arrows would lie on each other. */
function arrow(from: Place, to: Place): string {
  if (from.x === to.x) {
    const [side, down] = [from.y < to.y ? -18 : 18, from.y < to.y ? 1 : -1];
    return `M${from.x + side} ${from.y + (down * HEIGHT) / 2}L${to.x + side} ${to.y - (down * HEIGHT) / 2}`;
  }
  const [start, end] = [from.x + WIDTH / 2, to.x - WIDTH / 2];
  if (end - start > COLUMN) {
    // Around the boxes between, above or below.
    const way = from.y < to.y ? -1 : 1;
    return `M${start} ${from.y}C${start + 60} ${from.y + way * AROUND} ${to.x} ${from.y + way * AROUND} ${to.x} ${to.y + (way * HEIGHT) / 2}`;
  }
  const middle = (start + end) / 2;
  return `M${start} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${end} ${to.y}`;
}

function wordsOf(states: readonly State[]): string {
  const moves = states.map(({ status, next }) => `${STATUS_NAMES[status]} to ${next.map((to) => STATUS_NAMES[to]).join(", ") || "nothing"}`);
  return `Moves: ${moves.join("; ")}`;
}
