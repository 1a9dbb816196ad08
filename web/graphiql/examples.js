import changes from "./examples/changes.graphql";
import lifecycle from "./examples/lifecycle.graphql";
import results from "./examples/results.graphql";
import runs from "./examples/runs.graphql";

// GraphiQL ignores variables of the first tab.
export const examples = [
  { query: runs },
  { query: lifecycle, variables: '{ "id": "" }' },
  { query: changes, variables: '{ "after": null }' },
  { query: results, variables: '{ "target": "WORKFLOW" }' },
];
