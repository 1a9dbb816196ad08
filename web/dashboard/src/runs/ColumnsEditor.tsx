import { type RefObject, useState } from "react";
import { Checkbox } from "react-aria-components/Checkbox";
import { graphql } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { ColumnsEditorQuery } from "../__generated__/ColumnsEditorQuery.graphql";
import { environment } from "../live/environment";
import { Button } from "../ui/Button";
import { Popup } from "../ui/Popup";
import { SuggestionBox } from "../ui/SuggestionBox";
import { type ColumnChoice, DEFAULT_COLUMNS } from "./column-choices";
import { COLUMNS, columnOf } from "./columns";
import { METADATA_PREFIX } from "./metadata-paths";
import type { RunsQuery } from "./search";

const paths = graphql`
  query ColumnsEditorQuery($prefix: String) {
    metadataPaths(prefix: $prefix, first: 20) {
      path
    }
  }
`;

type Props = {
  readonly anchor: RefObject<Element | null>;
  readonly query: RunsQuery;
  readonly change: (part: Partial<RunsQuery>) => void;
  readonly close: () => void;
};

/** Which columns the list has, in which order, paths of metadata among them. */
export function ColumnsEditor({ anchor, query: { columns }, change, close }: Props) {
  const [typed, setTyped] = useState("");
  const set = (next: readonly ColumnChoice[]) => change({ columns: next });
  const shown = new Set(columns.map(({ id }) => id));
  const hidden = COLUMNS.filter(({ id }) => !shown.has(id));
  const move = (at: number, by: number) => set(columns.toSpliced(at, 1).toSpliced(at + by, 0, columns[at]!));
  return (
    <Popup anchor={anchor} label="Columns" close={close}>
      <div className="columns-editor">
        {columns.map(({ id }, at) => {
          const label = columnOf(id)?.label ?? id;
          return (
            <div className="column-line" key={id}>
              <Checkbox className="checkbox" isSelected onChange={() => set(columns.toSpliced(at, 1))} isDisabled={columns.length === 1}>
                <span className="box" aria-hidden="true" />
                {label}
              </Checkbox>
              <Button tone="quiet" aria-label={`Move ${label} up`} isDisabled={at === 0} onPress={() => move(at, -1)}>
                ↑
              </Button>
              <Button tone="quiet" aria-label={`Move ${label} down`} isDisabled={at === columns.length - 1} onPress={() => move(at, 1)}>
                ↓
              </Button>
            </div>
          );
        })}
        {hidden.map(({ id, label }) => (
          <div className="column-line" key={id}>
            <Checkbox className="checkbox" isSelected={false} onChange={() => set([...columns, { id }])}>
              <span className="box" aria-hidden="true" />
              {label}
            </Checkbox>
          </div>
        ))}
        <SuggestionBox
          label="Column of metadata"
          placeholder="Metadata path…"
          typed={typed}
          setTyped={setTyped}
          fixed={[]}
          suggest={async (prefix) => {
            const answer = await fetchQuery<ColumnsEditorQuery>(environment, paths, { prefix }).toPromise();
            const free = (answer?.metadataPaths ?? []).filter(({ path }) => !shown.has(METADATA_PREFIX + path));
            return free.map(({ path }) => ({ id: METADATA_PREFIX + path, label: path }));
          }}
          own={(path) => ({ id: METADATA_PREFIX + path, label: path })}
          choose={(id) => {
            setTyped("");
            if (!shown.has(id)) set([...columns, { id }]);
          }}
        />
        <Button tone="quiet" onPress={() => set(DEFAULT_COLUMNS)}>
          The usual columns
        </Button>
      </div>
    </Popup>
  );
}
