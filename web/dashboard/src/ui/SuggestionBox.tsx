import { useEffect, useRef, useState } from "react";
import { Autocomplete } from "react-aria-components/Autocomplete";
import { Input } from "react-aria-components/Input";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { SearchField } from "react-aria-components/SearchField";

export type Suggestion = { readonly id: string; readonly label: string; readonly note?: string };

type Props = {
  readonly label: string;
  readonly placeholder?: string;
  readonly typed: string;
  readonly setTyped: (text: string) => void;
  /** What is offered at once. */
  readonly fixed: readonly Suggestion[];
  /** What the server offers for the text. */
  readonly suggest: (text: string) => Promise<readonly Suggestion[]>;
  /** What the text itself stands for, as the last offer. */
  readonly own?: (text: string) => Suggestion;
  readonly choose: (id: string) => void;
};

const PAUSE = 120; // milliseconds after the last key

/** A text field with a list of offers below it: arrows move in the list, Enter chooses. */
export function SuggestionBox({ label, placeholder, typed, setTyped, fixed, suggest, own, choose }: Props) {
  const [offered, setOffered] = useState<readonly Suggestion[]>([]);
  const asked = useRef(0);
  useEffect(() => {
    const number = ++asked.current;
    const timer = setTimeout(() => {
      suggest(typed).then(
        (offers) => number === asked.current && setOffered(offers),
        () => setOffered([]), // what is typed can be chosen all the same
      );
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const known = [...fixed, ...offered.filter(({ id }) => !fixed.some((one) => one.id === id))];
  const mine = typed && own ? own(typed) : undefined;
  const items = mine && !known.some(({ id }) => id === mine.id) ? [...known, mine] : known;
  return (
    <Autocomplete inputValue={typed} onInputChange={setTyped}>
      <SearchField aria-label={label} autoFocus className="suggestion-field">
        <Input className="input" placeholder={placeholder ?? ""} />
      </SearchField>
      <ListBox
        className="list suggestions"
        aria-label={`${label}: offers`}
        items={items}
        selectionMode="none"
        onAction={(key) => choose(String(key))}
        renderEmptyState={() => <span className="faint list-empty">Nothing to offer</span>}
      >
        {({ id, label: text, note }) => (
          <ListBoxItem id={id} textValue={text} className="list-item">
            {text}
            {note && <span className="list-note">{note}</span>}
          </ListBoxItem>
        )}
      </ListBox>
    </Autocomplete>
  );
}
