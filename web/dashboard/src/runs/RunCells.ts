import { graphql } from "react-relay";

/** What the cells of a row show. */
export const runCells = graphql`
  fragment RunCells_run on Run @argumentDefinitions(metadata: { type: "Boolean", defaultValue: false }) {
    id
    name
    status
    tags
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
    metadata @include(if: $metadata)
    dataset {
      datasetId
      targetId
      totalItems
      succeededCount
      failedCount
      skippedCount
    }
    parent {
      id
      name
    }
  }
`;
