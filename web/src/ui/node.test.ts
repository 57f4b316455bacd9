import { expect, test } from "vitest";

import { assetId, nodeId, parseNode } from "./node";

test("an id comes apart into what it names", () => {
  expect(parseNode("field:postgres%3A%2F%2Fcrm%3A5432:public.customers:e%20mail")).toEqual({
    kind: "field",
    namespace: "postgres://crm:5432",
    name: "public.customers",
    part: "e mail",
  });
});

test("an id that was taken apart is put together the same", () => {
  for (const id of [
    "dataset:a%3Ab:c(d)*",
    "job:x:y",
    "model-version:m:n:1.0%2Brc",
    "run:0193-ab",
  ]) {
    const node = parseNode(id);
    expect(node && nodeId(node)).toBe(id);
  }
});

test("what is no id of ours names nothing", () => {
  for (const id of [
    "",
    "restricted:1",
    "table:a:b",
    "dataset:only",
    "dataset:a:b:c",
    "job:a:%E0%A4",
  ]) {
    expect(parseNode(id)).toBeNull();
  }
});

test("a field, a version and a run lead to their assets, as far as they have one", () => {
  expect(assetId({ kind: "field", namespace: "a", name: "b", part: "c" })).toBe("dataset:a:b");
  expect(assetId({ kind: "dataset-version", namespace: "a", name: "b", part: "7" })).toBe(
    "dataset:a:b",
  );
  expect(assetId({ kind: "model-version", namespace: "a", name: "b", part: "1" })).toBe(
    "model:a:b",
  );
  expect(assetId({ kind: "run", namespace: "", name: "0193" })).toBeNull();
});
