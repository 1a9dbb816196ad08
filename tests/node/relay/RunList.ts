/** What a page that lists runs would ask by Relay: the compiler makes artifacts of it, which main.ts uses. */

import { graphql } from "relay-runtime";

graphql`
  fragment RunListRow_run on Run {
    id
    name
    status
    metadata
    dataset { targetType succeededCount totalItems }
  }
`;

graphql`
  fragment RunList_query on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }, filter: { type: "RunFilter" })
  @refetchable(queryName: "RunListPaginationQuery") {
    runs(filter: $filter, first: $count, after: $cursor) @connection(key: "RunList_runs", filters: ["filter"]) {
      totalCount
      edges { node { id name ...RunListRow_run } }
    }
  }
`;

graphql`
  fragment RunListChildren_run on Run
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "RunListChildrenPaginationQuery") {
    children(first: $count, after: $cursor, orderBy: { field: UPDATED_AT }) @connection(key: "RunList_children") {
      edges { node { ...RunListRow_run } }
    }
  }
`;

graphql`
  fragment RunListResults_run on Run
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "RunListResultsBackwardsQuery") {
    results(last: $count, before: $cursor) @connection(key: "RunList_results") {
      edges { node { id itemId error scores { scorerId value } } }
    }
  }
`;

graphql`
  query RunListQuery($filter: RunFilter) {
    lifecycle { status next }
    ...RunList_query @arguments(filter: $filter)
    runs(filter: $filter, first: 2) @connection(key: "RunList_runs", filters: ["filter"]) {
      edges { node { name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

graphql`
  query RunListNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...RunListRow_run @alias(as: "row")
      ...RunListChildren_run @alias(as: "children")
      ...RunListResults_run @alias(as: "results")
    }
  }
`;

graphql`
  mutation RunListCreateMutation($input: CreateRunInput!, $connections: [ID!]!) {
    createRun(input: $input) {
      __typename
      ... on RunPayload { run @prependNode(connections: $connections, edgeTypeName: "RunEdge") { id ...RunListRow_run } }
      ... on Problem { code message }
    }
  }
`;

graphql`
  mutation RunListRetainMutation($id: ID!, $policy: RetentionPolicyInput!) {
    setRunRetention(input: { id: $id, policy: $policy }) {
      ... on RunPayload { run { id retention { __typename ... on KeepLatest { count } } } }
      ... on Problem { message }
    }
  }
`;

graphql`
  mutation RunListDeleteMutation($id: ID!) {
    deleteRun(input: { id: $id }) {
      ... on RunDeletion { id @deleteRecord }
      ... on Problem { message }
    }
  }
`;

graphql`
  subscription RunListChangesSubscription($filter: RunFilter, $after: String) {
    runChanges(filter: $filter, after: $after) {
      cursor
      ... on RunChange { kind membership run { ...RunListRow_run } }
    }
  }
`;
