import { useEffect, useState } from "react";
import { Input } from "react-aria-components/Input";
import { SearchField } from "react-aria-components/SearchField";

import { Button } from "../ui/Button";

const PAUSE = 200; // milliseconds after the last key

type Props = { readonly text: string; readonly setText: (text: string) => void };

/** The text that names contain; it is searched for once the reader stops typing. */
export function SearchBox({ text, setText }: Props) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => setText(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <SearchField className="search" aria-label="Search names" value={typed} onChange={setTyped} onSubmit={setText}>
      <Input className="search-input" placeholder="Search names…  /" data-shortcut="/" />
      {typed !== "" && (
        <Button tone="quiet" className="search-clear" aria-label="Clear the search">
          ×
        </Button>
      )}
    </SearchField>
  );
}
