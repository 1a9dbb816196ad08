import { useState } from "react";

import { offers } from "../runs/offers";
import { Modal } from "../ui/Modal";
import { SuggestionBox } from "../ui/SuggestionBox";
import type { Tagging } from "./tagRuns";

type Props = {
  readonly way: Tagging;
  readonly what: string;
  readonly confirm: (tag: string) => void;
  readonly close: () => void;
};

/** Asks which tag to add to runs, or to remove from them. */
export default function TagDialog({ way, what, confirm, close }: Props) {
  const [typed, setTyped] = useState("");
  return (
    <Modal title={way === "add" ? `Add a tag to ${what}` : `Remove a tag from ${what}`} close={close}>
      <SuggestionBox
        label="Tag"
        placeholder="Tag…"
        typed={typed}
        setTyped={setTyped}
        fixed={[]}
        suggest={(prefix) => offers("tag", prefix)}
        own={(text) => ({ id: text, label: text })}
        choose={(tag) => {
          close();
          confirm(tag);
        }}
      />
    </Modal>
  );
}
