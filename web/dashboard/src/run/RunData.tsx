import { graphql, useLazyLoadQuery } from "react-relay";

import type { RunDataQuery } from "../__generated__/RunDataQuery.graphql";
import { Empty } from "../ui/Empty";
import { Json } from "../ui/Json";
import { Time } from "../ui/Time";
import { RunValue } from "./RunValue";

const query = graphql`
  query RunDataQuery($id: ID!) {
    run(id: $id) {
      id
      values(first: 200) {
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
      documents(first: 50) {
        nodes {
          key
          content
          version
          updatedAt
        }
      }
      receipts(first: 100) {
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

/** The values, cells, documents and receipts of a run. They are read again whenever something of the run was written. */
export default function RunData({ id, active }: { id: string; active: string }) {
  const { run } = useLazyLoadQuery<RunDataQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey: active });
  if (!run) return null;
  const { values, cells, documents, receipts } = run;
  if (!values.nodes.length && !cells.length && !documents.nodes.length && !receipts.nodes.length) {
    return (
      <Empty title="No data yet">
        <p>
          <code>putRunValues</code>, <code>setRunCell</code> and <code>writeRunDocument</code> add some.
        </p>
      </Empty>
    );
  }
  return (
    <div className="data">
      {values.nodes.length > 0 && (
        <section>
          <h2>Values</h2>
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
          {documents.nodes.map(({ key, content, version, updatedAt }) => (
            <Entry key={key} name={key} value={content} version={version} at={updatedAt} />
          ))}
        </section>
      )}
      {receipts.nodes.length > 0 && (
        <section>
          <h2>Receipts</h2>
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
