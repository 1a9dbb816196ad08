import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { useState } from "react";
import { createRoot } from "react-dom/client";

import { examples } from "./examples.js";
import "./style.css";
import { authorization, TokenField } from "./token.jsx";

// The page is served at the API's own address.
const url = location.origin + location.pathname;
const wsClient = createClient({ url: url.replace(/^http/, "ws"), connectionParams: authorization });
const fetcher = createGraphiQLFetcher({ url, wsClient, headers: authorization });

// A link to a query opens it in a tab. Nothing is executed before the reader says so.
const asked = Object.fromEntries([...new URLSearchParams(location.search)].filter(([, value]) => value !== ""));
const { query, variables } = asked;
const tabs = query ? [{ query, variables }, ...examples] : examples;

function Page() {
  const [shown, setShown] = useState(query);
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={tabs}
      query={query}
      variables={query && variables}
      operationName={query && shown === query ? asked.operationName : undefined}
      onEditQuery={setShown}
      onTabChange={(state) => setShown(state.tabs[state.activeTabIndex].query)}
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        RunIndex <TokenField />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

createRoot(document.getElementById("graphiql")).render(<Page />);
