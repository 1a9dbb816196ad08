import { Delta } from "./Delta";

type Score = {
  readonly scorerId: string;
  readonly means: readonly (number | null | undefined)[];
  readonly deltas: readonly (number | null | undefined)[];
};

/** The mean of each scorer, and how far it is from the first run's. */
export function ScoreRows({ scores }: { scores: readonly Score[] }) {
  if (!scores.length) return null;
  return (
    <tbody>
      <tr className="group">
        <th scope="rowgroup" colSpan={scores[0]!.means.length + 1}>
          <span className="group-title">Mean scores</span>
        </th>
      </tr>
      {scores.map(({ scorerId, means, deltas }) => (
        <tr key={scorerId}>
          <th scope="row">{scorerId}</th>
          {means.map((mean, at) => (
            <td key={at}>
              {mean === null || mean === undefined ? <span className="faint">–</span> : mean.toFixed(3)} {at > 0 && <Delta value={deltas[at]} />}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
