import { useState } from "react";
import { fetchQuery } from "relay-runtime";
import { graphql } from "react-relay";

import type { FieldChoiceQuery } from "../__generated__/FieldChoiceQuery.graphql";
import { environment } from "../live/environment";
import { SuggestionBox } from "../ui/SuggestionBox";
import { FIELDS } from "./fields";
import { METADATA_PREFIX } from "./metadata-paths";

const paths = graphql`
  query FieldChoiceQuery($prefix: String) {
    metadataPaths(prefix: $prefix, first: 20) {
      path
      count
    }
  }
`;

/** Offers the fields to filter by, and the paths of metadata that begin with what is typed. */
export function FieldChoice({ choose }: { choose: (field: string) => void }) {
  const [typed, setTyped] = useState("");
  const fields = FIELDS.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
  return (
    <SuggestionBox
      label="Field"
      placeholder="Filter by…"
      typed={typed}
      setTyped={setTyped}
      fixed={fields.map(({ id, label }) => ({ id, label }))}
      suggest={async (prefix) => {
        const answer = await fetchQuery<FieldChoiceQuery>(environment, paths, { prefix }).toPromise();
        return (answer?.metadataPaths ?? []).map(({ path }) => ({ id: METADATA_PREFIX + path, label: path, note: "metadata" }));
      }}
      own={(text) => ({ id: METADATA_PREFIX + text, label: text, note: "metadata" })}
      choose={choose}
    />
  );
}
