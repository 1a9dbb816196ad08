const FIELDS = "id name status version tags metadata error createdAt startedAt finishedAt duration";

/** The query of a run, as a document of its own. */
export function asGraphQL(id: string): string {
  return `query {\n  run(id: ${JSON.stringify(id)}) {\n    ${FIELDS.split(" ").join("\n    ")}\n  }\n}\n`;
}

/** A command that asks for a run. */
export function asCurl(url: string, id: string): string {
  const body = JSON.stringify({ query: `query ($id: ID!) { run(id: $id) { ${FIELDS} } }`, variables: { id } });
  return `curl ${url} -H 'Content-Type: application/json' -d '${body.replace(/'/g, "'\\''")}'`;
}

/** A Python program, of its standard library alone, that asks for a run. */
export function asPython(url: string, id: string): string {
  return `import json
import urllib.request

query = "query ($id: ID!) { run(id: $id) { ${FIELDS} } }"
body = json.dumps({"query": query, "variables": {"id": ${JSON.stringify(id)}}}).encode()
request = urllib.request.Request("${url}", body, {"Content-Type": "application/json"})
with urllib.request.urlopen(request) as response:
    print(json.load(response)["data"]["run"])
`;
}
