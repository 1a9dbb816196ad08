import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from "@tanstack/react-router";

import { validCompareSearch } from "./compare/search";
import { validDatasetSearch } from "./datasets/search";
import { root } from "./live/addresses";
import { RunsPage } from "./runs/RunsPage";
import { validSearch } from "./runs/search";
import { validRunSearch } from "./run/search";
import { Shell } from "./shell/Shell";
import { Empty } from "./ui/Empty";
import { Trouble } from "./ui/Trouble";
import { parseSearch, stringifySearch } from "./shell/addresses";

const shell = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <main id="main">
      <Empty title="There is no such page">
        <Link to="/">All runs</Link>
      </Empty>
    </main>
  ),
  errorComponent: ({ error, reset }) => (
    <main id="main">
      <Trouble error={error} retry={reset} />
    </main>
  ),
});

const routes = [
  createRoute({ getParentRoute: () => shell, path: "/", component: RunsPage, validateSearch: validSearch }),
  createRoute({
    getParentRoute: () => shell,
    path: "/runs/$id",
    component: lazyRouteComponent(() => import("./run/RunPage"), "RunPage"),
    validateSearch: validRunSearch,
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/compare",
    component: lazyRouteComponent(() => import("./compare/ComparePage"), "ComparePage"),
    validateSearch: validCompareSearch,
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/datasets",
    component: lazyRouteComponent(() => import("./datasets/DatasetsPage"), "DatasetsPage"),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/datasets/$",
    component: lazyRouteComponent(() => import("./datasets/DatasetPage"), "DatasetPage"),
    validateSearch: validDatasetSearch,
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/plans",
    component: lazyRouteComponent(() => import("./plans/PlansPage"), "PlansPage"),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/plans/$id",
    component: lazyRouteComponent(() => import("./plans/PlanPage"), "PlanPage"),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/jobs",
    component: lazyRouteComponent(() => import("./jobs/JobsPage"), "JobsPage"),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: "/lifecycle",
    component: lazyRouteComponent(() => import("./lifecycle/LifecyclePage"), "LifecyclePage"),
  }),
] as const;

export const router = createRouter({
  basepath: root.pathname,
  routeTree: shell.addChildren([...routes]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
