/** The search part of an address as lists of texts: a name that stands there once has one text. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  const parameters = new URLSearchParams(text);
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    result[name] = values.length === 1 ? values[0]! : values;
  }
  return result;
}

/** The search part of an address, each text of a list under the list's name. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") parameters.append(name, String(one));
    }
  }
  const text = parameters.toString().replace(/%3A/g, ":").replace(/%7C/g, "|").replace(/%2C/g, ",").replace(/%40/g, "@");
  return text ? `?${text}` : "";
}
