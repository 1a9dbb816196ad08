// Executes operations with Apollo Client as it may be configured, and prints a line of JSON for each request and answer:
//   node apollo.mjs persisted|persisted-by-get|batch URL
// Each line of the standard input is a document; several in one line, as a JSON array, are executed at once.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError, gql } from "@apollo/client";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";

const [name, uri] = process.argv.slice(2);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const persisted = (useGETForHashedQueries) =>
  createPersistedQueryLink({ sha256, useGETForHashedQueries }).concat(new HttpLink({ uri, fetch: told }));
const links = {
  persisted: () => persisted(false),
  "persisted-by-get": () => persisted(true),
  batch: () => new BatchHttpLink({ uri }),
};
const client = new ApolloClient({ link: links[name](), cache: new InMemoryCache() });

function tell(line) {
  console.log(JSON.stringify(line));
}

function told(address, options) {
  const { searchParams } = new URL(address);
  const sent = options.body ? JSON.parse(options.body) : Object.fromEntries(searchParams);
  tell({ method: options.method ?? "GET", sends: Object.keys(sent).filter((part) => part === "query" || part === "extensions") });
  return fetch(address, options);
}

function explained(error) {
  if (CombinedGraphQLErrors.is(error)) return { codes: error.errors.map(({ extensions }) => extensions.code) };
  if (ServerError.is(error)) return { status: error.statusCode, body: JSON.parse(error.bodyText) };
  return { name: error.name, message: error.message };
}

function execute(text) {
  const document = gql(text);
  const options = { fetchPolicy: "no-cache" };
  const { operation } = document.definitions[0];
  if (operation === "mutation") return client.mutate({ mutation: document, ...options });
  if (operation === "query") return client.query({ query: document, ...options });
  return new Promise((resolve, reject) => {
    const subscription = client.subscribe({ query: document, ...options }).subscribe({
      next: (result) => {
        subscription.unsubscribe();
        result.error ? reject(result.error) : resolve(result);
      },
      error: reject,
    });
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const documents = line.startsWith("[") ? JSON.parse(line) : [line];
  const answers = await Promise.allSettled(documents.map(execute));
  for (const { value, reason } of answers) tell(reason ? { error: explained(reason) } : { data: value.data });
}
