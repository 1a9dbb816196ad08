import { Button } from "./Button";
import { inWords } from "../live/errors";

/** An error in words, with a way to try again. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className="trouble" role="alert">
      <p>{typeof error === "string" ? error : inWords(error)}</p>
      {retry && <Button onPress={retry}>Try again</Button>}
    </div>
  );
}
