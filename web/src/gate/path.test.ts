import { expect, test } from "vitest";

import { fieldHops, steps, viewOf } from "./path";

const path = [
  "field:w:customers:email",
  "job:w:join",
  "field:w:report:domain",
  "run:0193",
  "model-version:m:churn:2",
];

test("jobs and runs stand on the arrows between what flows", () => {
  const drawn = steps(path);
  expect(drawn.map(({ id }) => id)).toEqual([path[0], path[2], path[4]]);
  expect(drawn[1]?.via.map(({ id }) => id)).toEqual(["job:w:join"]);
});

test("a job at the end of a path is a step of its own", () => {
  expect(steps(["job:w:load", "dataset:w:orders"]).map(({ id }) => id)).toEqual([
    "job:w:load",
    "dataset:w:orders",
  ]);
});

test("what may not be seen stays in the path without a name", () => {
  expect(steps(["restricted:1", "dataset:w:orders"])[0]?.node).toBeNull();
});

test("masking can be marked only from field to field", () => {
  const hops = fieldHops({ path });
  expect(hops).toHaveLength(1);
  expect(hops[0]?.source.part).toBe("email");
  expect(hops[0]?.target.part).toBe("domain");
});

test("a path leads to the lineage of where it ends, deep enough to show where it began", () => {
  expect(viewOf(path)).toEqual({
    node: "model:m:churn",
    selected: "field:w:report:domain",
    depth: 4,
  });
  expect(viewOf(["dataset:w:orders", "run:1", "model-version:m:churn:2"])?.selected).toBe(
    "model:m:churn",
  );
  expect(viewOf(["restricted:1"])).toBeNull();
});
