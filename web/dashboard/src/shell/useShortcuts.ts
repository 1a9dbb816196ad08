import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

const PLACES: Readonly<Record<string, "/" | "/datasets" | "/plans" | "/jobs" | "/lifecycle">> = {
  r: "/",
  d: "/datasets",
  p: "/plans",
  j: "/jobs",
  l: "/lifecycle",
};
const PAUSE = 1_000; // milliseconds between the two keys of a shortcut

/** Keys that work on every page: `?`, `/`, `f`, and `g` followed by a place. A page's elements name theirs in `data-shortcut`. */
export function useShortcuts({ showHelp }: { showHelp: () => void }): void {
  const navigate = useNavigate();
  const goAt = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog]")) return;
      const place = PLACES[event.key];
      if (Date.now() - goAt.current < PAUSE && place) {
        goAt.current = 0;
        event.preventDefault();
        event.stopImmediatePropagation();
        void navigate({ to: place });
        return;
      }
      if (event.key === "g") goAt.current = Date.now();
      else if (event.key === "?") {
        event.preventDefault();
        showHelp();
      } else if (reach(event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", press, { capture: true });
    return () => document.removeEventListener("keydown", press, { capture: true });
  });
}

function reach(key: string): boolean {
  if (!/^[a-z/]$/.test(key)) return false;
  const element = document.querySelector<HTMLElement>(`[data-shortcut="${key}"]`);
  if (!element) return false;
  element.focus();
  if (element instanceof HTMLInputElement) element.select();
  else element.click();
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}
