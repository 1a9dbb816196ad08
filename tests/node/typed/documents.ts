/** What the typed client asks: documents that take every corner of the schema's type system. */

import { graphql } from "./gql/gql.js";

export const RunFields = graphql(`
  fragment RunFields on Run {
    id
    name
    status
    version
    tags
    metadata
    createdAt
    finishedAt
    allowedTransitions
    retention {
      __typename
      ... on KeepAll { keepAll }
      ... on KeepLatest { count }
      ... on KeepDuration { seconds }
    }
  }
`);

export const ProblemFields = graphql(`
  fragment ProblemFields on Problem {
    __typename
    code
    message
    ... on InvalidTransition { from to allowed }
    ... on ConstraintViolation { reason }
    ... on VersionConflict { expected actual }
    ... on InvalidInput { field }
  }
`);

export const CreateRun = graphql(`
  mutation CreateRun($input: CreateRunInput!) {
    createRun(input: $input) {
      __typename
      ... on RunPayload { run { ...RunFields } cursor replayed }
      ...ProblemFields
    }
  }
`);

export const TransitionRun = graphql(`
  mutation TransitionRun($input: TransitionRunInput!) {
    transitionRun(input: $input) {
      __typename
      ... on RunPayload { run { ...RunFields } cursor }
      ...ProblemFields
    }
  }
`);

export const UpdateRunMetadata = graphql(`
  mutation UpdateRunMetadata($input: UpdateRunMetadataInput!) {
    updateRunMetadata(input: $input) {
      __typename
      ... on RunPayload { run { ...RunFields } }
      ...ProblemFields
    }
  }
`);

export const DeleteRuns = graphql(`
  mutation DeleteRuns($runs: RunSelector!) {
    deleteRuns(input: { runs: $runs }) {
      ... on BulkDeletionPayload { deleted outcomes { __typename ... on RunDeletion { id results } } }
      ...ProblemFields
    }
  }
`);

export const RecordResults = graphql(`
  mutation RecordResults($results: [RecordResultInput!]!) {
    recordResults(input: { results: $results }) {
      ... on RunResultsPayload { recorded outcomes { __typename ... on RunResultPayload { result { id output } } } }
      ...ProblemFields
    }
  }
`);

export const CommitBoundary = graphql(`
  mutation CommitBoundary($input: CommitBoundaryInput!) {
    commitBoundary(input: $input) {
      ... on ReceiptPayload { receipt { sequence } runtime { runtimeId snapshot inputs { inputId state } } }
      ...ProblemFields
    }
  }
`);

export const ListRuns = graphql(`
  query ListRuns($filter: RunFilter, $orderBy: RunOrder, $first: Int, $after: String) {
    runs(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      edges { cursor node { ...RunFields } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const Anything = graphql(`
  query Anything($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Run { name resultSummary { items latencyP50 } results { nodes { itemId output } } }
      ... on RunResult { itemId latency run { name } }
      ... on Plan { spec }
      ... on Job { data }
    }
  }
`);

export const ChangeCursor = graphql(`
  query ChangeCursor {
    changeCursor
  }
`);

export const RunChanges = graphql(`
  subscription RunChanges($filter: RunFilter, $after: String) {
    runChanges(filter: $filter, after: $after, bookmarks: true) {
      __typename
      cursor
      ... on RunChange { kind fromStatus status membership at run { ...RunFields } }
      ... on Bookmark { at }
    }
  }
`);
