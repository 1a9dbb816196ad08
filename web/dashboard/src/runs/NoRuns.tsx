import { api } from "../live/addresses";
import { Empty } from "../ui/Empty";

/** What is shown of an index without runs: how to make the first one. */
export function NoRuns() {
  const command = `curl ${api.href} -H 'Content-Type: application/json' \\
  -d '{"query": "mutation { createRun(input: {name: \\"my first run\\"}) { __typename } }"}'`;
  return (
    <Empty title="No runs yet">
      <p>Create one, and it appears here by itself:</p>
      <pre className="code">{command}</pre>
      <p>
        Or fill the index with a month of examples: <code>make demo-data</code>
      </p>
    </Empty>
  );
}
