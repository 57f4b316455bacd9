/** What a verdict says in a sentence, and the rules in the order in which they matter. */

import type { Evaluation, RequiredApproval, RuleResult } from "../api/evaluations";
import { count, listed } from "../ui/format";

export interface Sorted {
  /** Rules that stop the promotion. */
  stopping: RuleResult[];
  /** Rules that do not hold, but may be passed. */
  warning: RuleResult[];
  waived: RuleResult[];
  passed: RuleResult[];
  notApplicable: RuleResult[];
}

export function sorted(results: readonly RuleResult[]): Sorted {
  const broken = results.filter(({ status }) => status === "FAIL" || status === "ERROR");
  const having = (status: RuleResult["status"]) =>
    results.filter((result) => result.status === status);
  return {
    stopping: broken.filter(({ severity }) => severity === "block"),
    warning: broken.filter(({ severity }) => severity !== "block"),
    waived: having("WAIVED"),
    passed: having("PASS"),
    notApplicable: having("NOT_APPLICABLE"),
  };
}

export function missing(approvals: readonly RequiredApproval[]): RequiredApproval[] {
  return approvals.filter(
    ({ needed, given }) => given.filter(({ approved }) => approved).length < needed,
  );
}

/** "2 rules do not hold." and the like: what a person wants to know first. */
export function sentence(
  evaluation: Pick<Evaluation, "verdict" | "stage" | "results" | "approvals">,
): string {
  const { stopping } = sorted(evaluation.results);
  if (evaluation.verdict === "BLOCK") {
    const refused = evaluation.approvals.filter(({ given }) =>
      given.some(({ approved }) => !approved),
    );
    if (stopping.length > 0)
      return `${count(stopping.length, "rule does", "rules do")} not hold. It may not go to ${evaluation.stage}.`;
    if (refused.length > 0)
      return `${listed(refused.map(({ role }) => role))} refused. It may not go to ${evaluation.stage}.`;
    return `It may not go to ${evaluation.stage}.`;
  }
  if (evaluation.verdict === "PENDING") {
    const roles = missing(evaluation.approvals).map(({ role }) => role);
    return `Every rule holds. It waits for approval by ${listed(roles) || "someone"}.`;
  }
  if (evaluation.verdict === "ALLOW_WITH_WAIVERS")
    return `It may go to ${evaluation.stage}, on waivers that end.`;
  return `Every rule holds. It may go to ${evaluation.stage}.`;
}
