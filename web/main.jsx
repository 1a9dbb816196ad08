import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

import { examples } from "./examples.js";
import "./style.css";

// The page is served at the API's own address.
const url = location.origin + location.pathname;
const wsClient = createClient({ url: url.replace(/^http/, "ws") });
const fetcher = createGraphiQLFetcher({ url, wsClient });

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility="variables">
    <GraphiQL.Logo>RunIndex</GraphiQL.Logo>
  </GraphiQL>,
);
