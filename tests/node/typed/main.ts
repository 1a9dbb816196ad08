/** Use a served index by what was generated from the schema, as `node main.js URL`: what is not so ends it. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { TypedClient } from "./client.js";
import * as documents from "./documents.js";
import { type FragmentType, useFragment as unmask } from "./gql/fragment-masking.js";
import type { ListRunsQuery, MetadataChange, RunSelector } from "./gql/graphql.js";

const [url = ""] = process.argv.slice(2);
const client = new TypedClient(url);
const tags = [randomUUID()];
const filter = { tags: { all: tags } };

const seen = (run: FragmentType<typeof documents.RunFields>) => unmask(documents.RunFields, run);

async function create(name: string): Promise<string> {
  const input = { name, tags, metadata: { model: { name: "small" } }, retention: { keepLatest: 10 } };
  const { createRun } = await client.execute(documents.CreateRun, { input });
  assert(createRun.__typename === "RunPayload");
  const run = seen(createRun.run);
  assert(run.retention.__typename === "KeepLatest");
  assert.equal(run.retention.count, 10);
  assert.equal(run.status, "ACTIVE");
  return run.id;
}

async function changeOneWayOnly(id: string): Promise<void> {
  const change: MetadataChange = { patch: { model: null, note: "ü" } };
  const { updateRunMetadata: outcome } = await client.execute(documents.UpdateRunMetadata, { input: { id, change } });
  assert(outcome.__typename === "RunPayload");
  assert.deepEqual(seen(outcome.run).metadata, { note: "ü" });
  // @ts-expect-error - two fields of an input that takes one
  const two: RunSelector = { ids: [id], filter };
  await assert.rejects(client.execute(documents.DeleteRuns, { runs: two }), /exactly one/i);
}

async function meetProblem(id: string): Promise<void> {
  const input = { id, to: "ACTIVE" as const };
  const { transitionRun: outcome } = await client.execute(documents.TransitionRun, { input });
  assert(outcome.__typename !== "RunPayload");
  const problem = unmask(documents.ProblemFields, outcome);
  assert(problem.__typename === "InvalidTransition");
  assert.deepEqual([problem.code, problem.from, problem.to], ["INVALID_TRANSITION", "ACTIVE", "ACTIVE"]);
  assert(problem.allowed.includes("COMPLETED"));
}

async function page(ids: string[]): Promise<void> {
  const found: string[] = [];
  let after: string | null = null;
  do {
    const orderBy = { field: "CREATED_AT" as const, direction: "ASC" as const };
    const { runs }: ListRunsQuery = await client.execute(documents.ListRuns, { filter, orderBy, first: 2, after });
    assert.equal(runs.totalCount, ids.length);
    found.push(...runs.edges.map(({ node }) => seen(node).id));
    after = runs.pageInfo.hasNextPage ? runs.pageInfo.endCursor : null;
  } while (after);
  assert.deepEqual(found, ids);
}

async function record(runId: string): Promise<void> {
  const at = "2026-11-21T13:00:00.5+01:00";
  const result = { runId, itemId: "a", latency: 0.5, startedAt: at, completedAt: at, output: [1, null, { a: 2 }] };
  const { recordResults: outcome } = await client.execute(documents.RecordResults, { results: [result] });
  assert("recorded" in outcome);
  const [first] = outcome.outcomes;
  assert(first?.__typename === "RunResultPayload");
  const { nodes } = await client.execute(documents.Anything, { ids: [runId, first.result.id, randomUUID()] });
  assert.deepEqual(nodes.map((node) => node?.__typename), ["Run", "RunResult", undefined]);
  const [run] = nodes;
  assert(run?.__typename === "Run");
  assert.deepEqual(run.results.nodes, [{ itemId: "a", output: result.output }]);
}

async function keepBytes(runId: string): Promise<void> {
  const snapshot = Buffer.from(JSON.stringify({ messages: ["ü"] })).toString("base64");
  const boundary = { runtimeId: tags.join(), runId, boundary: "RUN_START" as const, snapshot };
  const input = { ...boundary, contributingInputIds: [], inputUpdates: [{ inputId: "i", state: "APPLIED" as const }] };
  const { commitBoundary: outcome } = await client.execute(documents.CommitBoundary, { input });
  assert("runtime" in outcome);
  assert.equal(outcome.runtime.snapshot, snapshot);
  assert.deepEqual(outcome.runtime.inputs, [{ inputId: "i", state: "APPLIED" }]);
}

async function follow(after: string): Promise<void> {
  const stream = client.subscribe(documents.RunChanges, { filter, after });
  const kinds: string[] = [];
  for await (const { runChanges: item } of stream) {
    if (item.__typename !== "RunChange") continue;
    assert(item.run);
    kinds.push(`${item.kind} ${seen(item.run).name} ${item.membership}`);
    if (kinds.length === 4) break;
  }
  assert.deepEqual(kinds, ["CREATED one ENTERED", "CREATED two ENTERED", "CREATED three ENTERED", "METADATA one UPDATED"]);
}

const { changeCursor } = await client.execute(documents.ChangeCursor, {});
const ids = [await create("one"), await create("two"), await create("three")];
const [first = ""] = ids;
await changeOneWayOnly(first);
await meetProblem(first);
await page(ids);
await record(first);
await keepBytes(first);
await follow(changeCursor);
console.log("all is so");
