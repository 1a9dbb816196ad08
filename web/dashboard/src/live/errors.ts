/** An answer of the server other than data. `code` is that of the first error, or says what happened on the way. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

type GraphQLErrors = readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];

/** The first of the errors that GraphQL answered. */
export function fromErrors(errors: GraphQLErrors): ServerError {
  const [first] = errors;
  return new ServerError(first?.message ?? "the server gave no reason", first?.extensions?.code ?? "INTERNAL");
}

const WORDS: Readonly<Record<string, string>> = {
  NETWORK: "The server does not answer.",
  UNAVAILABLE: "The server's storage does not answer.",
  TIMEOUT: "The server took too long and gave up.",
  UNAUTHENTICATED: "The server asks for a token.",
  FORBIDDEN: "Your token does not allow this.",
  OUTCOME_UNKNOWN: "The connection broke before the answer: look whether it was done.",
};

/** What went wrong, for people. */
export function inWords(error: unknown): string {
  if (error instanceof ServerError) return WORDS[error.code] ?? error.message;
  return error instanceof Error ? error.message : "Something went wrong.";
}
