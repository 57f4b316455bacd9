/** How times, counts and digests are worded. */

const UNITS: readonly { unit: Intl.RelativeTimeFormatUnit; seconds: number }[] = [
  { unit: "year", seconds: 31_536_000 },
  { unit: "month", seconds: 2_592_000 },
  { unit: "day", seconds: 86_400 },
  { unit: "hour", seconds: 3_600 },
  { unit: "minute", seconds: 60 },
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 days ago", "in 2 hours", "just now". */
export function ago(iso: string, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1_000);
  for (const { unit, seconds: size } of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return "just now";
}

/** "2026-11-22 14:05 UTC": the same for everyone who is sent the page. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** "42 s", "3 min 5 s", "2 h 10 min", or null while one end is missing. */
export function duration(started: string | null, ended: string | null): string | null {
  if (started === null || ended === null) return null;
  const seconds = Math.max(0, Math.round((Date.parse(ended) - Date.parse(started)) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** "sha256:1f2e3d4c…": enough to compare by eye. */
export function shortDigest(digest: string): string {
  const [algorithm, hex] = digest.includes(":") ? digest.split(":", 2) : ["", digest];
  const cut = (hex ?? "").slice(0, 12);
  const shortened = cut.length < (hex ?? "").length ? `${cut}…` : cut;
  return algorithm ? `${algorithm}:${shortened}` : shortened;
}

/** The end of a long name, cut at a dot or slash where there is one: its beginning is what names share. */
export function tail(name: string, most: number): string {
  if (name.length <= most) return name;
  const end = name.slice(-(most - 1));
  const cut = end.search(/[./]/);
  return `…${cut >= 0 && cut < end.length - 8 ? end.slice(cut + 1) : end}`;
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** "user:dana.steward" reads as "dana.steward"; the kind of subject stays in the title. */
export function person(subject: string): string {
  const [kind, ...rest] = subject.split(":");
  return (kind === "user" || kind === "service" || kind === "team") && rest.length > 0
    ? rest.join(":")
    : subject;
}
