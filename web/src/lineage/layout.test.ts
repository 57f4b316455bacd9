import ELK from "elkjs/lib/elk.bundled.js";
import { expect, test } from "vitest";

import { report } from "./example";
import { draw } from "./graph";
import { positions, question, sizeOf } from "./layout";

test("a node grows with its fields, and a job is small", () => {
  const bare = sizeOf({ kind: "dataset", fields: [] });
  expect(sizeOf({ kind: "dataset", fields: ["a", "b"] }).height).toBeGreaterThan(bare.height);
  expect(sizeOf({ kind: "job", fields: [] }).width).toBeLessThan(bare.width);
});

test("many columns between two datasets are one edge to the layout", () => {
  const drawn = draw(report, { columns: true });
  expect(question(drawn).edges).toHaveLength(2);
});

test("data flows from left to right, and nothing overlaps", async () => {
  const drawn = draw(report, { columns: false });
  const placed = positions(await new ELK().layout(question(drawn)));
  const x = (id: string) => placed[id]?.x ?? Number.NaN;
  expect(x("dataset:w:orders")).toBeLessThan(x("job:w:join"));
  expect(x("job:w:join")).toBeLessThan(x("dataset:w:report"));
  const distance = Math.abs(
    (placed["dataset:w:orders"]?.y ?? 0) - (placed["dataset:w:customers"]?.y ?? 0),
  );
  expect(distance).toBeGreaterThanOrEqual(sizeOf({ kind: "dataset", fields: [] }).height);
});
