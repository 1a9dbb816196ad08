import { type RefObject, Suspense, useState } from "react";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextField } from "react-aria-components/TextField";
import { useLazyLoadQuery } from "react-relay";

import type { viewsQuery as Query, viewsQuery$data } from "../__generated__/viewsQuery.graphql";
import type { RunFilter } from "../runs/filter";
import { orderBy } from "../runs/order";
import type { RunsQuery } from "../runs/search";
import { Button } from "../ui/Button";
import { Popup } from "../ui/Popup";
import { say } from "../ui/notices";
import { createView, deleteView, updateView } from "./change";
import { viewsQuery } from "./views";

export type View = viewsQuery$data["views"]["nodes"][number];

type Props = {
  readonly anchor: RefObject<Element | null>;
  readonly shown: string | undefined;
  readonly query: RunsQuery;
  readonly filter: RunFilter;
  readonly show: (view: View) => void;
  readonly close: () => void;
};

/** The saved views: show, rename, delete, make one the default, and save what is shown now. */
export default function ViewsMenu(props: Props) {
  return (
    <Popup anchor={props.anchor} label="Views" close={props.close}>
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Menu {...props} />
      </Suspense>
    </Popup>
  );
}

function Menu({ shown, query, filter, show, close }: Props) {
  const [reading, setReading] = useState(0);
  const { views } = useLazyLoadQuery<Query>(viewsQuery, {}, { fetchPolicy: "network-only", fetchKey: reading });
  const [name, setName] = useState("");
  const again = (done: boolean) => done && setReading((former) => former + 1);
  const present = { filter, orderBy: orderBy(query.order), columns: query.columns.map(({ id, width }) => ({ name: id, width: width ?? null })) };
  const save = async () => {
    const id = await createView({ name: name.trim(), isDefault: false, ...present });
    if (id === undefined) return;
    setName("");
    say(`The view ${name.trim()} is saved.`);
    again(true);
  };
  return (
    <div className="views">
      {views.nodes.length === 0 && <p className="faint">No views yet.</p>}
      <ul>
        {views.nodes.map((view) => (
          <li key={view.id} data-here={view.id === shown}>
            <Button
              tone="quiet"
              className="view-name"
              onPress={() => {
                show(view);
                close();
              }}
            >
              {view.name}
            </Button>
            <Button
              tone="quiet"
              aria-label={view.isDefault ? `${view.name} is the default; make it none` : `Make ${view.name} the default`}
              onPress={() => void updateView({ id: view.id, isDefault: !view.isDefault }).then(again)}
            >
              {view.isDefault ? "★" : "☆"}
            </Button>
            {view.id === shown && (
              <Button tone="quiet" onPress={() => void updateView({ id: view.id, ...present }).then((done) => done && say(`The view ${view.name} is as shown now.`))}>
                Update
              </Button>
            )}
            {view.id === shown && name.trim() !== "" && (
              <Button tone="quiet" onPress={() => void updateView({ id: view.id, name: name.trim() }).then(again)}>
                Rename
              </Button>
            )}
            <Button
              tone="quiet"
              aria-label={`Delete ${view.name}`}
              onPress={() =>
                void deleteView(view.id).then((done) => {
                  if (done) {
                    const { name: former, filter: kept, orderBy: order, columns, isDefault } = view;
                    say(`The view ${former} is deleted.`, {
                      undo: () => void createView({ name: former, filter: kept, orderBy: order, columns: [...columns], isDefault }),
                    });
                  }
                  again(done);
                })
              }
            >
              ×
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField className="field" value={name} onChange={setName} autoFocus>
          <Label>Save what is shown as</Label>
          <Input className="input" placeholder="Name" />
        </TextField>
        <div className="form-end">
          <Button type="submit" tone="primary" isDisabled={!name.trim()}>
            Save view
          </Button>
        </div>
      </form>
    </div>
  );
}
