// Executes an operation with a client and prints a line of JSON for whatever the client tells:
//   node subscribe.mjs graphql-ws|graphql-sse|apollo URL DOCUMENT [VARIABLES]
// The end of the standard input ends the subscription.
import { ApolloClient, CombinedGraphQLErrors, CombinedProtocolErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import * as sse from "graphql-sse";
import * as ws from "graphql-ws";
import WebSocket from "ws";

const [name, url, query, variables = "{}"] = process.argv.slice(2);
const request = { query, variables: JSON.parse(variables) };

const clients = {
  "graphql-ws": (sink) => {
    const client = ws.createClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
    return client.subscribe(request, sink);
  },
  "graphql-sse": (sink) => sse.createClient({ url, retryAttempts: 0 }).subscribe(request, sink),
  apollo: (sink) => {
    const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
    const results = client.subscribe({ query: gql(query), variables: request.variables, fetchPolicy: "no-cache" });
    const subscription = results.subscribe(sink);
    return () => subscription.unsubscribe();
  },
};

function tell(line) {
  console.log(JSON.stringify(line));
}

function told(error) {
  if (Array.isArray(error)) return { kind: "GraphQL", codes: error.map(({ extensions }) => extensions.code) };
  if (CombinedGraphQLErrors.is(error)) return told(error.errors);
  if (CombinedProtocolErrors.is(error)) return { ...told(error.errors), kind: "protocol" };
  if (error.code) return { kind: "close", codes: [error.code] };
  return { kind: error.name, message: error.message };
}

const unsubscribe = clients[name]({
  next: ({ data, errors, error }) => tell({ next: data ?? null, ...((errors ?? error) && { error: told(errors ?? error) }) }),
  error: (error) => tell({ error: told(error) }),
  complete: () => tell({ complete: true }),
});
process.stdin.on("end", unsubscribe).resume();
process.stdin.unref?.();
