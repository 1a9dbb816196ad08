import { useMemo, useSyncExternalStore } from "react";

import { currentTheme, onTheme } from "./theme";

/** The colours of the style sheet for what is drawn; another function when the theme changes. */
export function useColours(): (name: string) => string {
  const theme = useSyncExternalStore(onTheme, currentTheme);
  return useMemo(() => {
    const styles = getComputedStyle(document.documentElement);
    return (name: string) => styles.getPropertyValue(name).trim();
  }, [theme]);
}
