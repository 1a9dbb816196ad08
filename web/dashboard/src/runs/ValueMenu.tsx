import type { RefObject } from "react";
import { Menu, MenuItem } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";

import { type CellValue, only, without } from "./cell-values";
import type { Condition } from "./conditions";
import { fieldOf } from "./fields";
import { METADATA_PREFIX } from "./metadata-paths";

type Props = {
  readonly anchor: RefObject<Element | null>;
  readonly values: readonly CellValue[];
  readonly conditions: readonly Condition[];
  readonly setConditions: (conditions: readonly Condition[]) => void;
  readonly close: () => void;
};

/** Offers to show only the runs with a value of a row, or those without it. */
export default function ValueMenu({ anchor, values, conditions, setConditions, close }: Props) {
  const choose = (key: string) => {
    const [kind, at] = key.split(" ");
    const value = values[Number(at)];
    if (value) setConditions(kind === "only" ? only(conditions, value) : without(conditions, value));
    close();
  };
  return (
    <Popover triggerRef={anchor} isOpen onOpenChange={(open) => !open && close()} placement="bottom start" className="popup">
      <Menu aria-label="Filter by a value of this run" className="list" autoFocus="first" onAction={(key) => choose(String(key))}>
        {values.flatMap((value, at) => [
          <MenuItem key={`only ${at}`} id={`only ${at}`} className="list-item" textValue={`Only ${value.label}`}>
            Only {nameOf(value)} <strong>{value.label}</strong>
          </MenuItem>,
          <MenuItem key={`not ${at}`} id={`not ${at}`} className="list-item" textValue={`Not ${value.label}`}>
            Not {nameOf(value)} <strong>{value.label}</strong>
          </MenuItem>,
        ])}
      </Menu>
    </Popover>
  );
}

function nameOf({ field }: CellValue): string {
  return field.startsWith(METADATA_PREFIX) ? field.slice(METADATA_PREFIX.length) : fieldOf(field).label.toLowerCase();
}
