import { graphql, useLazyLoadQuery } from "react-relay";

import type { RunAsOfQuery } from "../__generated__/RunAsOfQuery.graphql";
import { Diff } from "../ui/Diff";
import { Json } from "../ui/Json";
import { Time } from "../ui/Time";

const query = graphql`
  query RunAsOfQuery($id: ID!, $at: DateTime!) {
    run(id: $id) {
      name
      status
      tags
      metadata
      error
      version
      asOf(at: $at) {
        name
        status
        tags
        metadata
        error
        version
      }
    }
  }
`;

/** A run as it was at an instant, and what is different now. */
export function RunAsOf({ id, at }: { id: string; at: string }) {
  const { run } = useLazyLoadQuery<RunAsOfQuery>(query, { id, at }, { fetchPolicy: "network-only" });
  if (!run) return null;
  const { asOf, ...now } = run;
  return (
    <section className="as-of" aria-label="The run as it was">
      <h2>
        As it was at <Time at={at} />
      </h2>
      {asOf ? <Json value={asOf} /> : <p className="faint">It was not there then, or its history no longer reaches back.</p>}
      {asOf && (
        <>
          <h2>What is different now</h2>
          <Diff from={asOf} to={now} />
        </>
      )}
    </section>
  );
}
