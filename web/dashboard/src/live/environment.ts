import {
  Environment,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  type RequestParameters,
  Store,
  type Variables,
} from "relay-runtime";

import { api } from "./addresses";
import { admitted, setConnection } from "./connection";
import { fromErrors, ServerError } from "./errors";
import { follow } from "./subscribe";
import { authorization } from "./token";

const HEADERS = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" };

/** Ask the server; one that wants another token is asked again once the reader gave it. */
async function send(parameters: RequestParameters, variables: Variables): Promise<GraphQLResponse> {
  for (;;) {
    await admitted();
    try {
      return await attempt(parameters, variables);
    } catch (error) {
      if (!(error instanceof ServerError && error.code === "UNAUTHENTICATED")) throw error;
      setConnection("unauthenticated");
    }
  }
}

async function attempt({ text, name }: RequestParameters, variables: Variables): Promise<GraphQLResponse> {
  const body = JSON.stringify({ query: text, operationName: name, variables });
  let response: Response;
  try {
    response = await fetch(api, { method: "POST", headers: { ...HEADERS, ...authorization() }, body });
  } catch {
    throw new ServerError("the server does not answer", "NETWORK");
  }
  const answer = await read(response);
  if (answer.errors?.length) throw fromErrors(answer.errors);
  return answer as GraphQLResponse;
}

type Answer = { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] };

async function read(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch {
    throw new ServerError(`the server answered ${response.status}`, response.status === 401 ? "UNAUTHENTICATED" : "NETWORK");
  }
}

function subscribe({ text }: RequestParameters, variables: Variables): Observable<GraphQLResponse> {
  return Observable.create((sink) =>
    follow<Record<string, unknown>>(text ?? "", () => variables, {
      next: (data) => sink.next({ data } as GraphQLResponse),
      end: (error) => (error ? sink.error(error) : sink.complete()),
    }),
  );
}

export const environment = new Environment({
  network: Network.create(send, subscribe),
  store: new Store(new RecordSource(), { gcReleaseBufferSize: 20 }),
});
