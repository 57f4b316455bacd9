/** What follows from a model's versions and evaluations, newest first as the API lists them. */

import type { EvaluationSummary } from "../api/evaluations";
import type { ModelVersion } from "../api/models";

/** The version that holds a stage now. */
export function holder(versions: readonly ModelVersion[], stage: string): string | null {
  return versions.find(({ stages }) => stages.includes(stage))?.version ?? null;
}

/** For each stage the newest evaluation, in the order of the list. */
export function latestByStage(evaluations: readonly EvaluationSummary[]): EvaluationSummary[] {
  const seen = new Set<string>();
  return evaluations.filter(({ stage }) => !seen.has(stage) && seen.add(stage));
}
