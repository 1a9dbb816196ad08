import { useDeferredValue, useState } from "react";
import { Input } from "react-aria-components/Input";
import { TextField } from "react-aria-components/TextField";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { RunDataQuery } from "../__generated__/RunDataQuery.graphql";
import { useReading } from "../live/useReading";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Json } from "../ui/Json";
import { Time } from "../ui/Time";
import { RunValue } from "./RunValue";

const query = graphql`
  query RunDataQuery($id: ID!, $prefix: String) {
    run(id: $id) {
      id
      values(first: 500, prefix: $prefix) {
        pageInfo {
          hasNextPage
        }
        nodes {
          key
          ...RunValue_value
        }
      }
      cells {
        name
        value
        version
        updatedAt
      }
      documents(first: 100, prefix: $prefix) {
        pageInfo {
          hasNextPage
        }
        nodes {
          key
          content
          version
          updatedAt
        }
      }
      receipts(first: 200) {
        pageInfo {
          hasNextPage
        }
        nodes {
          runtimeId
          sequence
          boundary
          messageCount
          createdAt
        }
      }
    }
  }
`;

/** The values, cells, documents and receipts of a run, of which the API has no stream: see `useReading`. */
export default function RunData({ id }: { id: string }) {
  const [typed, setTyped] = useState("");
  const { number, read } = useReading({ ids: [id], includeArchived: true });
  const [prefix, fetchKey] = [useDeferredValue(typed) || null, useDeferredValue(number)];
  const { run } = useLazyLoadQuery<RunDataQuery>(query, { id, prefix }, { fetchPolicy: "store-and-network", fetchKey });
  if (!run) return null;
  const { values, cells, documents, receipts } = run;
  if (!prefix && !values.nodes.length && !cells.length && !documents.nodes.length && !receipts.nodes.length) {
    return (
      <Empty title="No data yet">
        <p>
          <code>putRunValues</code>, <code>setRunCell</code> and <code>writeRunDocument</code> add some.
        </p>
        <Button onPress={read}>Read again</Button>
      </Empty>
    );
  }
  return (
    <div className="data">
      <div className="data-head">
        <TextField value={typed} onChange={setTyped} aria-label="Keys of values and documents that start with">
          <Input className="input" placeholder="Keys that start with…" />
        </TextField>
        <Button onPress={read}>Read again</Button>
      </div>
      {prefix && !values.nodes.length && !documents.nodes.length && <p className="faint">No value or document has such a key.</p>}
      {values.nodes.length > 0 && (
        <section>
          <h2>Values</h2>
          {values.pageInfo.hasNextPage && <p className="faint">The first 500; the start of a key finds the others.</p>}
          {values.nodes.map((value) => (
            <RunValue key={value.key} runId={id} value={value} />
          ))}
        </section>
      )}
      {cells.length > 0 && (
        <section>
          <h2>Cells</h2>
          {cells.map(({ name, value, version, updatedAt }) => (
            <Entry key={name} name={name} value={value} version={version} at={updatedAt} />
          ))}
        </section>
      )}
      {documents.nodes.length > 0 && (
        <section>
          <h2>Documents</h2>
          {documents.pageInfo.hasNextPage && <p className="faint">The first 100; the start of a key finds the others.</p>}
          {documents.nodes.map(({ key, content, version, updatedAt }) => (
            <Entry key={key} name={key} value={content} version={version} at={updatedAt} />
          ))}
        </section>
      )}
      {receipts.nodes.length > 0 && (
        <section>
          <h2>Receipts</h2>
          {receipts.pageInfo.hasNextPage && <p className="faint">The first 200; GraphiQL answers the others.</p>}
          <table className="grid">
            <thead>
              <tr>
                <th scope="col">Runtime</th>
                <th scope="col" className="number">Number</th>
                <th scope="col">Boundary</th>
                <th scope="col" className="number">Messages</th>
                <th scope="col">At</th>
              </tr>
            </thead>
            <tbody>
              {receipts.nodes.map(({ runtimeId, sequence, boundary, messageCount, createdAt }) => (
                <tr key={`${runtimeId} ${sequence}`}>
                  <th scope="row">{runtimeId}</th>
                  <td className="number">{sequence}</td>
                  <td>{boundary.toLowerCase()}</td>
                  <td className="number">{messageCount}</td>
                  <td>
                    <Time at={createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

type EntryProps = { readonly name: string; readonly value: unknown; readonly version: number; readonly at: string };

function Entry({ name, value, version, at }: EntryProps) {
  return (
    <div className="entry">
      <p>
        <strong>{name}</strong>{" "}
        <span className="faint">
          version {version}, <Time at={at} />
        </span>
      </p>
      <Json value={value} />
    </div>
  );
}
