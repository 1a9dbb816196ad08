const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
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

/** An instant in the reader's zone: only the time on the same day, else the date and the time. */
export function local(at: string, now: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date(now).toDateString() ? CLOCK.format(date) : DATE.format(date);
}

/** An instant in the reader's zone and in UTC, for a tooltip. */
export function inFull(at: string): string {
  return `${FULL.format(new Date(at))} local\n${at} UTC`.replace("Z UTC", " UTC").replace("T", " ");
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
