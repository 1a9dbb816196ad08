import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";

import { api } from "../live/addresses";
import { useConnection } from "../live/connection";
import { Button } from "../ui/Button";
import { Notices } from "../ui/Notices";
import { toggleTheme } from "../ui/theme";
import { ConnectionState } from "./ConnectionState";
import "./shell.css";
import { useShortcuts } from "./useShortcuts";

const TokenGate = lazy(() => import("./TokenGate"));
const Help = lazy(() => import("./Help"));

const PLACES = [
  { to: "/", label: "Runs" },
  { to: "/datasets", label: "Datasets" },
  { to: "/plans", label: "Plans" },
  { to: "/jobs", label: "Jobs" },
  { to: "/lifecycle", label: "Lifecycle" },
] as const;

/** What is around each page: where one can go, how the connection is, and what there is to be told. */
export function Shell() {
  const { state } = useConnection();
  const [help, setHelp] = useState(false);
  useShortcuts({ showHelp: () => setHelp(true) });
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(() => setHelp(false), [path]);
  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label="RunIndex: all runs">
          <svg viewBox="0 0 8 8" width="14" height="14" aria-hidden="true">
            <path d="M1 0l6 4-6 4z" fill="currentColor" />
          </svg>
          RunIndex
        </Link>
        <nav className="places" aria-label="Pages">
          {PLACES.map(({ to, label }) => (
            <Link key={to} to={to} className="place" activeProps={{ className: "place here", "aria-current": "page" }} activeOptions={{ exact: to === "/", includeSearch: false }}>
              {label}
            </Link>
          ))}
          <a className="place" href={api.pathname}>
            GraphiQL
          </a>
        </nav>
        <span className="top-end">
          <ConnectionState />
          <Button tone="quiet" aria-label="Light or dark" onPress={toggleTheme}>
            ◐
          </Button>
          <Button tone="quiet" aria-label="Keyboard shortcuts" onPress={() => setHelp(true)}>
            ?
          </Button>
        </span>
      </header>
      {state === "unauthenticated" && (
        <Suspense>
          <TokenGate />
        </Suspense>
      )}
      {/* It stays, so that nothing typed or chosen is lost to a token that ended. */}
      <div className="outlet" hidden={state === "unauthenticated"}>
        <Outlet />
      </div>
      {help && (
        <Suspense>
          <Help close={() => setHelp(false)} />
        </Suspense>
      )}
      <Notices />
    </>
  );
}
