const here = import.meta.url;

/** Where the server is: the built page is two folders below it, maybe under the path of a proxy. */
export const root = new URL(here.includes("/dashboard/assets/") ? "../../" : "/", here);

/** The address of the API. */
export const api = new URL("graphql", root);
