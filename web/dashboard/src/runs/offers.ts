import { graphql } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { offersNamesQuery } from "../__generated__/offersNamesQuery.graphql";
import type { offersDatasetsQuery } from "../__generated__/offersDatasetsQuery.graphql";
import type { offersTagsQuery } from "../__generated__/offersTagsQuery.graphql";
import type { offersTargetsQuery } from "../__generated__/offersTargetsQuery.graphql";
import type { offersValuesQuery } from "../__generated__/offersValuesQuery.graphql";
import { environment } from "../live/environment";
import { inNumber } from "../ui/times";
import type { Suggestion } from "../ui/SuggestionBox";
import { isMetadata } from "./conditions";
import { METADATA_PREFIX } from "./metadata-paths";

const tagsQuery = graphql`
  query offersTagsQuery($prefix: String) {
    tags(prefix: $prefix, first: 20) {
      tag
      count
    }
  }
`;
const namesQuery = graphql`
  query offersNamesQuery($prefix: String) {
    runNames(prefix: $prefix, first: 20)
  }
`;
const datasetsQuery = graphql`
  query offersDatasetsQuery($prefix: String) {
    datasetIds(prefix: $prefix, first: 20)
  }
`;
const targetsQuery = graphql`
  query offersTargetsQuery($prefix: String) {
    targetIds(prefix: $prefix, first: 20)
  }
`;
const valuesQuery = graphql`
  query offersValuesQuery($path: String!, $prefix: String) {
    metadataValues(path: $path, prefix: $prefix, first: 20) {
      value
      count
    }
  }
`;

/** What the index has for a field that begins with a text. */
export async function offers(field: string, prefix: string): Promise<readonly Suggestion[]> {
  if (isMetadata(field)) return valuesAt(field.slice(METADATA_PREFIX.length), prefix);
  switch (field) {
    case "tag": {
      const answer = await fetchQuery<offersTagsQuery>(environment, tagsQuery, { prefix }).toPromise();
      return (answer?.tags ?? []).map(({ tag, count }) => ({ id: tag, label: tag, note: inNumber(count) }));
    }
    case "name":
      return plain((await fetchQuery<offersNamesQuery>(environment, namesQuery, { prefix }).toPromise())?.runNames);
    case "dataset":
      return plain((await fetchQuery<offersDatasetsQuery>(environment, datasetsQuery, { prefix }).toPromise())?.datasetIds);
    case "target":
      return plain((await fetchQuery<offersTargetsQuery>(environment, targetsQuery, { prefix }).toPromise())?.targetIds);
    default:
      return [];
  }
}

async function valuesAt(path: string, prefix: string): Promise<readonly Suggestion[]> {
  const answer = await fetchQuery<offersValuesQuery>(environment, valuesQuery, { path, prefix }).toPromise();
  return (answer?.metadataValues ?? []).map(({ value, count }) => {
    const said = typeof value === "string" ? value : JSON.stringify(value);
    return { id: said, label: said, note: inNumber(count) };
  });
}

function plain(texts: readonly string[] | undefined): readonly Suggestion[] {
  return (texts ?? []).map((text) => ({ id: text, label: text }));
}
