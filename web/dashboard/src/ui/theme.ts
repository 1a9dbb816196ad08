export type Theme = "light" | "dark";
const KEY = "runindex.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function chosen(): Theme | null {
  const text = localStorage.getItem(KEY);
  return text === "light" || text === "dark" ? text : null;
}

/** The theme that is shown: the reader's choice, else the system's. */
export function currentTheme(): Theme {
  return chosen() ?? (dark.matches ? "dark" : "light");
}

/** Choose the other theme; the system's own is kept by choosing nothing. */
export function toggleTheme(): void {
  const next = currentTheme() === "dark" ? "light" : "dark";
  if (next === (dark.matches ? "dark" : "light")) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  apply();
}

export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function apply(): void {
  document.documentElement.dataset["theme"] = currentTheme();
  for (const listener of listeners) listener();
}

dark.addEventListener("change", apply);
apply();
