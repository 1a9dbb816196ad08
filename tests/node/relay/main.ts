/** Page through a served index and change it with Relay's store, as `node main.js URL`: what is not so ends it. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import {
  commitMutation,
  type ConcreteRequest,
  ConnectionHandler,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  type GraphQLResponse,
  type MutationParameters,
  Network,
  type OperationType,
  RecordSource,
  ROOT_ID,
  Store,
} from "relay-runtime";

import CreateMutation, { type RunListCreateMutation } from "./__generated__/RunListCreateMutation.graphql.js";
import DeleteMutation, { type RunListDeleteMutation } from "./__generated__/RunListDeleteMutation.graphql.js";
import NodeQuery, { type RunListNodeQuery } from "./__generated__/RunListNodeQuery.graphql.js";
import NextQuery, { type RunListPaginationQuery } from "./__generated__/RunListPaginationQuery.graphql.js";
import ListQuery, { type RunListQuery } from "./__generated__/RunListQuery.graphql.js";
import RetainMutation, { type RunListRetainMutation } from "./__generated__/RunListRetainMutation.graphql.js";

const [url = ""] = process.argv.slice(2);
const tags = [randomUUID()];
const filter = { tags: { all: tags } };
const list = createOperationDescriptor(ListQuery, { filter });
const connection = ConnectionHandler.getConnectionID(ROOT_ID, "RunList_runs", { filter });

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(async ({ text }, variables) => {
    const body = JSON.stringify({ query: text, variables });
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    return (await response.json()) as GraphQLResponse;
  }),
});

async function ask<Asked extends OperationType>(query: ConcreteRequest, variables: Asked["variables"]) {
  const answer = await fetchQuery<Asked>(environment, query, variables).toPromise();
  assert(answer);
  return answer;
}

function change<Changed extends MutationParameters>(mutation: ConcreteRequest, variables: Changed["variables"]) {
  return new Promise<Changed["response"]>((onCompleted, onError) => {
    commitMutation<Changed>(environment, { mutation, variables, onCompleted, onError });
  });
}

async function create(name: string, connections: string[] = []): Promise<string> {
  const { createRun } = await change<RunListCreateMutation>(CreateMutation, { input: { name, tags }, connections });
  assert(createRun.__typename === "RunPayload" && createRun.run);
  return createRun.run.id;
}

/** Return the list as the store has it, which is what a component would show. */
const shown = () => (environment.lookup(list.fragment).data as RunListQuery["response"]).runs;

const names = () => shown().edges.map(({ node }) => node?.name);

const ids = [await create("one"), await create("two"), await create("three")];
const [oldest = "", older = ""] = ids;

environment.retain(list);
const { lifecycle } = await ask<RunListQuery>(ListQuery, { filter });
assert.equal(lifecycle.length, 6);
assert.deepEqual(names(), ["three", "two"]);

await ask<RunListPaginationQuery>(NextQuery, { filter, count: 2, cursor: shown().pageInfo.endCursor });
assert.deepEqual(names(), ["three", "two", "one"]);
assert.equal(shown().pageInfo.hasNextPage, false);

await create("four", [connection]);
assert.deepEqual(names(), ["four", "three", "two", "one"]);

await change<RunListDeleteMutation>(DeleteMutation, { id: oldest });
assert.deepEqual(names(), ["four", "three", "two", undefined]);

const policy = { keepLatest: 3 };
const { setRunRetention } = await change<RunListRetainMutation>(RetainMutation, { id: older, policy });
assert.deepEqual(setRunRetention.run?.retention, { __typename: "KeepLatest", count: 3 });

const { node } = await ask<RunListNodeQuery>(NodeQuery, { id: older });
assert.equal(node?.__typename, "Run");
console.log("all is so");
