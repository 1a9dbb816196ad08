/** Execute generated documents: over HTTP with nothing but `fetch`, subscriptions over a WebSocket. */

import { createClient } from "graphql-ws";
import WebSocket from "ws";

import type { TypedDocumentString } from "./gql/graphql.js";

type Answer<Data> = { data?: Data; errors?: { message: string }[] };

export class TypedClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async execute<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    const { data, errors } = (await response.json()) as Answer<Data>;
    if (errors || !data) throw new Error(JSON.stringify(errors));
    return data;
  }

  async *subscribe<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): AsyncGenerator<Data> {
    const client = createClient({ url: this.#url.replace("http", "ws"), webSocketImpl: WebSocket });
    for await (const { data, errors } of client.iterate<Data>({ query: document.toString(), variables })) {
      if (errors || !data) throw new Error(JSON.stringify(errors));
      yield data;
    }
  }
}
