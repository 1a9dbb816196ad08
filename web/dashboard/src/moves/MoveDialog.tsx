import { useState } from "react";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextArea } from "react-aria-components/TextArea";
import { TextField } from "react-aria-components/TextField";

import { Button } from "../ui/Button";
import { Modal } from "../ui/Modal";
import type { Status } from "../runs/statuses";
import { MOVE_NAMES } from "./moves";

type Props = {
  readonly to: Status;
  /** What is moved, for the title. */
  readonly what: string;
  /** What will come of it, when that is more than one move. */
  readonly preview?: string | undefined;
  readonly canUndo?: boolean;
  readonly confirm: (answer: { error: string; reason: string }) => void;
  readonly close: () => void;
};

/** Asks before a move: for an error where one is needed, and for a reason. */
export default function MoveDialog({ to, what, preview, canUndo = false, confirm, close }: Props) {
  const [error, setError] = useState("");
  const [reason, setReason] = useState("");
  const needsError = to === "FAILED";
  return (
    <Modal title={`${MOVE_NAMES[to]} ${what}?`} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          confirm({ error, reason });
        }}
      >
        {preview && <p>{preview}</p>}
        {!canUndo && <p className="faint">This cannot be undone.</p>}
        {needsError && (
          <TextField className="field" value={error} onChange={setError} isRequired autoFocus>
            <Label>Error</Label>
            <TextArea className="input" rows={3} />
          </TextField>
        )}
        <TextField className="field" value={reason} onChange={setReason} maxLength={1000} autoFocus={!needsError}>
          <Label>Reason, for the history</Label>
          <Input className="input" placeholder="optional" />
        </TextField>
        <div className="form-end">
          <Button onPress={close}>Back</Button>
          <Button type="submit" tone={to === "FAILED" || to === "CANCELLED" ? "danger" : "primary"}>
            {MOVE_NAMES[to]}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
