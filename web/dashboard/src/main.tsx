import "./ui/theme";
import "./ui/base.css";

import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";

import { root } from "./live/addresses";
import { environment } from "./live/environment";
import { router } from "./router";
import { listQuery } from "./runs/query";
import { validSearch } from "./runs/search";
import { loadEarly } from "./runs/useRunList";
import { parseSearch } from "./shell/addresses";

const PATIENCE = 200; // milliseconds

// The list is asked for first: to draw the page takes the thread that would ask.
if (location.pathname === root.pathname) {
  const asked = loadEarly(listQuery(validSearch(parseSearch(location.search))));
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <RelayEnvironmentProvider environment={environment}>
      <RouterProvider router={router} />
    </RelayEnvironmentProvider>
  </StrictMode>,
);
