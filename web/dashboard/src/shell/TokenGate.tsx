import { type FormEvent, useState } from "react";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextField } from "react-aria-components/TextField";

import { readmit } from "../live/connection";
import { socket } from "../live/socket";
import { keepToken, token } from "../live/token";
import { Button } from "../ui/Button";

/** Asks for a token, when the server does. */
export default function TokenGate() {
  const [typed, setTyped] = useState("");
  const refused = token() !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keepToken(typed.trim());
    socket.terminate();
    readmit();
  };
  return (
    <main className="gate">
      <h1>This server asks for a token</h1>
      <form onSubmit={submit}>
        <TextField className="field" type="password" value={typed} onChange={setTyped} autoFocus isInvalid={refused} validationBehavior="aria">
          <Label>Token</Label>
          <Input className="input" autoComplete="off" />
        </TextField>
        {refused && <p className="bad-text" role="alert">The server does not take the token that was given.</p>}
        <Button type="submit" tone="primary" isDisabled={!typed.trim()}>
          Continue
        </Button>
        <p className="faint">It is kept until this tab is closed, and sent to this server only.</p>
      </form>
    </main>
  );
}
