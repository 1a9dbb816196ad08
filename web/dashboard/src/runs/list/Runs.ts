import { graphql } from "react-relay";

/** A run as a row. What stands beside the row's fragment is what the order and the streams need. */
graphql`
  fragment Runs_row on Run {
    id
    version
    status
    dataset {
      totalItems
    }
    name
    createdAt
    updatedAt
    startedAt
    finishedAt
    duration
    metadata @include(if: $metadata)
    ...RunCells_run @arguments(metadata: $metadata)
  }
`;

/** A page of the list. */
export const runsPage = graphql`
  query RunsPageQuery($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String, $metadata: Boolean!) {
    runs(filter: $filter, orderBy: $order, first: $first, after: $after) {
      nodes {
        ...Runs_row @relay(mask: false)
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

/** One run as a row: it has the selections of a page's nodes, so that a change's run can be its answer. */
export const runsRow = graphql`
  query RunsRowQuery($id: ID!, $metadata: Boolean!) {
    run(id: $id) {
      ...Runs_row @relay(mask: false)
    }
  }
`;

export const runsCursor = graphql`
  query RunsCursorQuery {
    changeCursor
  }
`;

/** The changes of the list's runs; their `run` is an answer to RunsRowQuery. */
export const runsChanges = graphql`
  subscription RunsChangesSubscription($filter: RunFilter, $after: String, $metadata: Boolean!) {
    runChanges(filter: $filter, after: $after, bookmarks: true) {
      __typename
      cursor
      ... on RunChange {
        runId
        version
        kind
        status
        fromStatus
        at
        membership
        run {
          ...Runs_row @relay(mask: false)
        }
      }
    }
  }
`;
