import { expect, test } from "vitest";

import { lineageView, questions } from "./view";

test("a link to a node alone asks for the next datasets in both directions", () => {
  const view = { ...lineageView({}), node: "dataset:a:b" };
  expect(questions(view)).toEqual([
    { node: "dataset:a:b", direction: "both", depth: 2, columns: false },
  ]);
});

test("from a job one step leads to its datasets", () => {
  expect(questions({ node: "job:a:b" })[0].depth).toBe(1);
});

test("each unfolded node is asked for by itself", () => {
  const asked = questions({
    node: "dataset:a:b",
    direction: "upstream",
    expand: "dataset:a:c,nonsense",
  });
  expect(asked.map(({ node }) => node)).toEqual(["dataset:a:b", "dataset:a:c"]);
  expect(asked[1]?.direction).toBe("upstream");
});

test("a depth out of bounds is brought within them", () => {
  expect(lineageView({ depth: "99" }).depth).toBe(20);
  expect(lineageView({ depth: "0" }).depth).toBe(1);
});
