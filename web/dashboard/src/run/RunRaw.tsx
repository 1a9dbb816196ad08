import { graphql, useLazyLoadQuery } from "react-relay";

import type { RunRawQuery } from "../__generated__/RunRawQuery.graphql";
import { Button } from "../ui/Button";
import { copy } from "../ui/copy";
import { Json } from "../ui/Json";

const query = graphql`
  query RunRawQuery($id: ID!) {
    run(id: $id) {
      id
      name
      status
      version
      tags
      metadata
      error
      createdAt
      updatedAt
      startedAt
      finishedAt
      duration
      lastActivityAt
      outcome
      allowedTransitions
      parentId
      planId
      traceId
      dataset {
        datasetId
        datasetVersion
        targetType
        targetId
        status
        totalItems
        succeededCount
        failedCount
        skippedCount
      }
      jobs {
        id
        queue
        status
        attempts
        error
      }
    }
  }
`;

/** A run as the API answers it. */
export default function RunRaw({ id, version }: { id: string; version: number }) {
  const { run } = useLazyLoadQuery<RunRawQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey: version });
  return (
    <>
      <Button onPress={() => void copy(JSON.stringify(run, null, 2), "JSON")}>Copy</Button>
      <Json value={run} />
    </>
  );
}
