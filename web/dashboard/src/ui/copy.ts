import { say } from "./notices";

/** Put a text into the clipboard, and say so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  } catch {
    say("The browser does not let this page write to the clipboard.", { tone: "bad" });
  }
}
