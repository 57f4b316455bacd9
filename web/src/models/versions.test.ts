import { expect, test } from "vitest";

import type { EvaluationSummary } from "../api/evaluations";
import type { ModelVersion } from "../api/models";
import { holder, latestByStage } from "./versions";

function evaluation(id: string, name: string, stage: string) {
  return { id, model: { namespace: "m", name, version: "1" }, stage } as EvaluationSummary;
}

const newestFirst = [
  evaluation("c", "churn", "production"),
  evaluation("b", "churn", "staging"),
  evaluation("a", "churn", "production"),
];

test("of each stage the newest evaluation counts", () => {
  expect(latestByStage(newestFirst).map(({ id }) => id)).toEqual(["c", "b"]);
});

test("one version holds a stage, or none does", () => {
  const versions = [
    { version: "2", stages: [] as string[] },
    { version: "1", stages: ["production"] },
  ] as ModelVersion[];
  expect(holder(versions, "production")).toBe("1");
  expect(holder(versions, "staging")).toBeNull();
});
