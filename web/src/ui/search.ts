/** A page's state in its URL: plain `key=value`, so that a link can be read, sent and typed. */

export type Search = Record<string, string | undefined>;

export function parseSearch(query: string): Search {
  return Object.fromEntries(new URLSearchParams(query));
}

/** Keeps the order of the keys, and leaves out what is empty or false. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === "" || value === false) continue;
    parameters.set(key, String(value));
  }
  const query = parameters.toString();
  return query ? `?${query}` : "";
}

export function text(value: unknown): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

export function flag(value: unknown): boolean | undefined {
  return value === true || value === "true" || undefined;
}

/** A whole number between the bounds; anything else is as if it was not there. */
export function whole(
  value: unknown,
  { least, most }: { least: number; most: number },
): number | undefined {
  const number = Number(value);
  if (value === undefined || value === "" || !Number.isInteger(number)) return undefined;
  return Math.min(most, Math.max(least, number));
}

/** One of the words, or nothing. */
export function choice<Word extends string>(
  value: unknown,
  words: readonly Word[],
): Word | undefined {
  return words.find((word) => word === value);
}
