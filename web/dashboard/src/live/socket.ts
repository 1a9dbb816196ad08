import { type Client, createClient } from "graphql-ws";

import { api } from "./addresses";
import { setConnection } from "./connection";
import { authorization } from "./token";

const FORBIDDEN = 4403;

/** The one socket of the page; it is there while something is followed. Streams resume by themselves, from their cursors. */
export const socket: Client = createClient({
  url: api.href.replace(/^http/, "ws"),
  connectionParams: authorization,
  retryAttempts: 0,
  lazyCloseTimeout: 2_000,
  on: {
    connecting: () => setConnection("connecting"),
    connected: () => setConnection("live"),
    closed: (event) => {
      const { code, wasClean } = event as CloseEvent;
      if (code === FORBIDDEN) setConnection("unauthenticated");
      else setConnection(wasClean && code === 1000 ? "idle" : "lost");
    },
  },
});
