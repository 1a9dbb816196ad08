const FIELDS = "id name status version tags metadata error createdAt startedAt finishedAt duration";

/** The query of a run, as a document of its own. */
export function asGraphQL(id: string): string {
  return `query {\n  run(id: ${JSON.stringify(id)}) {\n    ${FIELDS.split(" ").join("\n    ")}\n  }\n}\n`;
}

/** The name of the environment variable in which what is copied finds the token: the token itself is not copied. */
export const TOKEN_VARIABLE = "RUNINDEX_TOKEN";

/** A command that asks for a run. With `asksToken` it shows the server a token. */
export function asCurl(url: string, id: string, asksToken: boolean): string {
  const body = JSON.stringify({ query: `query ($id: ID!) { run(id: $id) { ${FIELDS} } }`, variables: { id } });
  const token = asksToken ? ` -H "Authorization: Bearer $${TOKEN_VARIABLE}"` : "";
  return `curl ${quoted(url)} -H 'Content-Type: application/json'${token} -d ${quoted(body)}`;
}

/** A Python program, of its standard library alone, that asks for a run. With `asksToken` it shows the server a token. */
export function asPython(url: string, id: string, asksToken: boolean): string {
  const token = asksToken ? `, "Authorization": "Bearer " + os.environ["${TOKEN_VARIABLE}"]` : "";
  return `import json
${asksToken ? "import os\n" : ""}import urllib.request

query = "query ($id: ID!) { run(id: $id) { ${FIELDS} } }"
body = json.dumps({"query": query, "variables": {"id": ${JSON.stringify(id)}}}).encode()
headers = {"Content-Type": "application/json"${token}}
request = urllib.request.Request(${JSON.stringify(url)}, body, headers)
with urllib.request.urlopen(request) as response:
    print(json.dumps(json.load(response)["data"]["run"], indent=2))
`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
