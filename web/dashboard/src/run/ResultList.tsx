import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { ResultList_results$data, ResultList_results$key } from "../__generated__/ResultList_results.graphql";
import type { ResultListQuery } from "../__generated__/ResultListQuery.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { Button } from "../ui/Button";
import { say } from "../ui/notices";
import { ResultDetails } from "./ResultDetails";

const fragment = graphql`
  fragment ResultList_results on RunResultConnection {
    nodes {
      id
      ...ResultDetails_result
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;
const more = graphql`
  query ResultListQuery($id: ID!, $succeeded: Boolean!, $after: String) {
    run(id: $id) {
      results(first: 50, after: $after, filter: { succeeded: $succeeded }) {
        nodes {
          id
          ...ResultDetails_result
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

type Page = Pick<ResultList_results$data, "nodes" | "pageInfo">;
type Props = {
  readonly title: string;
  readonly runId: string;
  readonly succeeded: boolean;
  readonly results: ResultList_results$key;
};

/** Results, each of which opens in its place. */
export function ResultList({ title, runId, succeeded, results }: Props) {
  const first = useFragment(fragment, results);
  const [later, setLater] = useState<readonly Page[]>([]);
  const pages: readonly Page[] = [first, ...later];
  const { hasNextPage, endCursor } = pages.at(-1)!.pageInfo;
  const load = async () => {
    try {
      const answer = await fetchQuery<ResultListQuery>(environment, more, { id: runId, succeeded, after: endCursor ?? null }).toPromise();
      const page = answer?.run?.results;
      if (page) setLater((former) => [...former, page as unknown as Page]);
    } catch (error) {
      say(inWords(error), { tone: "bad" });
    }
  };
  const shown = new Map(pages.flatMap(({ nodes }) => nodes).map((node) => [node.id, node]));
  if (!shown.size) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {[...shown.values()].map((node) => (
        <ResultDetails key={node.id} result={node} />
      ))}
      {hasNextPage && <Button onPress={() => void load()}>More</Button>}
    </section>
  );
}
