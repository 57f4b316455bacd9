/** Mantine's style sheets are taken one by one, for all of them weigh more than the page; none may be missing. */

import { expect, test } from "vitest";

const SOURCE = import.meta.glob<string>(["./**/*.tsx", "./mantine.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const COMPONENTS = import.meta.glob<string>("/node_modules/@mantine/core/esm/components/**/*.mjs", {
  query: "?raw",
  import: "default",
  eager: true,
});
const SHEETS = Object.keys(import.meta.glob("/node_modules/@mantine/core/styles/*.css")).map(
  (path) => path.split("/").at(-1)?.replace(".css", "") ?? "",
);

function imported(): string[] {
  const lists = Object.values(SOURCE).flatMap((text) => [
    ...text.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g),
  ]);
  return lists.flatMap(([, names = ""]) => names.match(/\b[A-Z]\w+/g) ?? []);
}

/** The components that a component is made of, itself included. */
function madeOf(names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const folder = `/esm/components/${name}/`;
    const files = Object.entries(COMPONENTS).filter(([path]) => path.includes(folder));
    for (const [, text] of files) {
      for (const [, used = ""] of text.matchAll(/from "[^"]*?\/([A-Z]\w+)\//g)) queue.push(used);
    }
  }
  return found;
}

test("every component that is used, and all that it is made of, has its style sheet", () => {
  const needed = [...madeOf(imported())].filter((name) => SHEETS.includes(name));
  const taken = SOURCE["./mantine.ts"] ?? "";
  const missing = needed.filter((name) => !taken.includes(`/styles/${name}.css"`));
  expect(needed).toContain("Button");
  expect(missing).toEqual([]);
});
