import { graphql } from "react-relay";

/** A page of the list. What stands beside the row's fragment is what the order and the streams need. */
export const runsPage = graphql`
  query RunsPageQuery($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String, $metadata: Boolean!) {
    runs(filter: $filter, orderBy: $order, first: $first, after: $after) {
      nodes {
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
      }
    }
  }
`;
