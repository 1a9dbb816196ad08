import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";

import { api } from "../live/addresses";
import { copy } from "../ui/copy";
import { asCurl, asGraphQL, asPython } from "./queries";

/** Copies the run's id, or the query of the run for another program. */
export function CopyAs({ id }: { id: string }) {
  const texts: Readonly<Record<string, () => string>> = {
    Id: () => id,
    curl: () => asCurl(api.href, id),
    Python: () => asPython(api.href, id),
    GraphQL: () => asGraphQL(id),
    Link: () => location.href,
  };
  return (
    <MenuTrigger>
      <Button className="button plain">Copy ▾</Button>
      <Popover className="popup" placement="bottom end">
        <Menu className="list" onAction={(key) => void copy(texts[String(key)]!(), String(key))}>
          {Object.keys(texts).map((name) => (
            <MenuItem key={name} id={name} className="list-item">
              {name}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
