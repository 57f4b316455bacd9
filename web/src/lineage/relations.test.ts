import { expect, test } from "vitest";

import { report } from "./example";
import { draw } from "./graph";
import { related } from "./relations";

test("nothing selected, or nothing that is drawn: nothing steps back", () => {
  expect(related(draw(report, { columns: false }), undefined)).toBeNull();
  expect(related(draw(report, { columns: false }), "dataset:w:gone")).toBeNull();
});

test("a selected dataset shows what it is made from and what is made from it", () => {
  const found = related(draw(report, { columns: false }), "job:w:join");
  expect(found?.get("dataset:w:orders")).toBe("upstream");
  expect(found?.get("dataset:w:report")).toBe("downstream");
  expect(found?.get("job:w:join")).toBe("self");
});

test("a selected column follows columns only", () => {
  const found = related(draw(report, { columns: true }), "field:w:report:total");
  expect(found?.get("field:w:orders:amount")).toBe("upstream");
  expect(found?.get("dataset:w:orders")).toBe("upstream");
  expect(found?.has("field:w:customers:email")).toBe(false);
  expect(found?.has("dataset:w:customers")).toBe(false);
});
