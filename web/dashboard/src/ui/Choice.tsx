import { Button } from "react-aria-components/Button";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select, SelectValue } from "react-aria-components/Select";

type Props = {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly choose: (id: string) => void;
  readonly hideLabel?: boolean;
};

/** A choice of one among a few. */
export function Choice({ label, value, options, choose, hideLabel = false }: Props) {
  return (
    <Select className="choice" value={value} onChange={(key) => key !== null && choose(String(key))} aria-label={label}>
      {!hideLabel && <Label>{label}</Label>}
      <Button className="button plain choice-button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popup">
        <ListBox className="list" items={options}>
          {({ id, label: text }) => (
            <ListBoxItem id={id} textValue={text} className="list-item">
              {text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
