import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { RunValue_value$key } from "../__generated__/RunValue_value.graphql";
import type { RunValueHistoryQuery, RunValueHistoryQuery$data } from "../__generated__/RunValueHistoryQuery.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { Button } from "../ui/Button";
import { Json } from "../ui/Json";
import { say } from "../ui/notices";
import { Time } from "../ui/Time";

const fragment = graphql`
  fragment RunValue_value on RunValue {
    key
    value
    version
    updatedAt
  }
`;
const history = graphql`
  query RunValueHistoryQuery($id: ID!, $key: String!) {
    run(id: $id) {
      value(key: $key) {
        history(first: 50) {
          version
          value
          deleted
          at
        }
      }
    }
  }
`;

type Versions = NonNullable<NonNullable<RunValueHistoryQuery$data["run"]>["value"]>["history"];

/** A value of a run, and its versions when they are asked for. */
export function RunValue({ runId, value: key }: { runId: string; value: RunValue_value$key }) {
  const value = useFragment(fragment, key);
  const [versions, setVersions] = useState<Versions>();
  const load = async () => {
    try {
      const answer = await fetchQuery<RunValueHistoryQuery>(environment, history, { id: runId, key: value.key }).toPromise();
      setVersions(answer?.run?.value?.history ?? []);
    } catch (error) {
      say(inWords(error), { tone: "bad" });
    }
  };
  return (
    <div className="entry">
      <p>
        <strong>{value.key}</strong>{" "}
        <span className="faint">
          version {value.version}, <Time at={value.updatedAt} />
        </span>
        {value.version > 1 && (
          <Button tone="quiet" onPress={() => (versions ? setVersions(undefined) : void load())}>
            {versions ? "Hide versions" : "Versions"}
          </Button>
        )}
      </p>
      <Json value={value.value} />
      {versions && (
        <ol className="versions">
          {versions.map(({ version, value: said, deleted, at }) => (
            <li key={version}>
              <span className="faint">
                {version}, <Time at={at} />
              </span>
              {deleted ? <span className="faint">deleted</span> : <code>{JSON.stringify(said)}</code>}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
