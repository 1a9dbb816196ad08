const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Hours count to 24 in every language: times are compared with logs here.
const MINUTES = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const SECONDS = { ...MINUTES, second: "2-digit" } as const;
const CLOCK = new Intl.DateTimeFormat(undefined, SECONDS);
const DATE = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", ...MINUTES });
const YEAR = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric", ...MINUTES });
const FULL = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric", ...SECONDS, timeZoneName: "short" });
const NUMBER = new Intl.NumberFormat(undefined);

/** A length of time in its two largest units; tenths below ten seconds. */
export function inDuration(seconds: number): string {
  if (seconds < 0) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${pad(Math.floor((whole % 3_600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`;
}

/** How long ago an instant is, in its largest unit. */
export function ago(at: number, now: number): string {
  const past = now - at;
  if (past < 5 * SECOND) return "now";
  if (past < MINUTE) return `${Math.floor(past / SECOND)} s ago`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)} m ago`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h ago`;
  return `${Math.floor(past / DAY)} d ago`;
}

/** An instant in the reader's zone: only the time today, the day and the time in this year, else the whole date. */
export function local(at: string, now: number): string {
  const [date, today] = [new Date(at), new Date(now)];
  if (date.toDateString() === today.toDateString()) return CLOCK.format(date);
  return (date.getFullYear() === today.getFullYear() ? DATE : YEAR).format(date);
}

/** An instant in the reader's zone and in UTC, for a tooltip. */
export function inFull(at: string): string {
  return `${FULL.format(new Date(at))}\n${at.replace("T", " ").replace(/(Z|\+00:00)$/, "")} UTC`;
}

export function inNumber(count: number): string {
  return NUMBER.format(count);
}

/** `one run`, `2 runs`. */
export function counted(count: number, noun: string): string {
  return `${inNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function pad(part: number): string {
  return String(part).padStart(2, "0");
}
