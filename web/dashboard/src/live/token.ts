const KEY = "runindex.token";

/** The reader's token, which this tab alone keeps; null without one. */
export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keep a token until the tab is closed; forget it with null. */
export function keepToken(value: string | null): void {
  if (value === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, value);
}

/** The header, or the payload of a socket, that shows the token to the server. */
export function authorization(): Record<string, string> {
  const value = token();
  return value === null ? {} : { Authorization: `Bearer ${value}` };
}
