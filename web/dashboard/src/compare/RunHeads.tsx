import { Link } from "@tanstack/react-router";

import type { Status } from "../runs/statuses";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";

type Run = { readonly id: string; readonly name?: string | null | undefined; readonly status: string; readonly createdAt: string };

/** The head of the table: the runs, which stay in sight. */
export function RunHeads({ runs }: { runs: readonly Run[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <span className="visually-hidden">Fact or item</span>
        </th>
        {runs.map(({ id, name, status, createdAt }, at) => (
          <th scope="col" key={id}>
            <Link to="/runs/$id" params={{ id }} className="compare-name" title={name ?? id}>
              {name ?? id}
            </Link>
            <span className="compare-about">
              <StatusBadge status={status as Status} />
              <Time at={createdAt} />
              {at === 0 && <span className="tag">baseline</span>}
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}
