import { expect, test } from "vitest";

import type { RequiredApproval, RuleResult } from "../api/evaluations";
import { missing, sentence, sorted } from "./verdict";

function rule(status: RuleResult["status"], severity: RuleResult["severity"] = "block") {
  return { status, severity } as RuleResult;
}

function approval(role: string, answers: boolean[]): RequiredApproval {
  const given = answers.map((approved) => ({
    subject: "user:lex",
    at: "2026-11-22T12:00:00Z",
    reason: "",
    approved,
  }));
  return { role, needed: 1, given, status: "" } as RequiredApproval;
}

function said(
  verdict: "ALLOW" | "PENDING" | "BLOCK",
  results: RuleResult[],
  approvals: RequiredApproval[] = [],
) {
  return sentence({ verdict, stage: "production", results, approvals });
}

test("only broken rules that block stop a model", () => {
  const found = sorted([
    rule("FAIL"),
    rule("ERROR"),
    rule("FAIL", "warn"),
    rule("PASS"),
    rule("WAIVED"),
  ]);
  expect(found.stopping).toHaveLength(2);
  expect(found.warning).toHaveLength(1);
  expect(found.passed).toHaveLength(1);
  expect(found.waived).toHaveLength(1);
});

test("a refusal is no approval", () => {
  expect(
    missing([approval("legal", [false]), approval("risk", [true])]).map(({ role }) => role),
  ).toEqual(["legal"]);
});

test("a verdict is said in a sentence", () => {
  expect(said("BLOCK", [rule("FAIL")])).toBe("1 rule does not hold. It may not go to production.");
  expect(said("BLOCK", [], [approval("legal", [false])])).toBe(
    "legal refused. It may not go to production.",
  );
  expect(said("PENDING", [], [approval("legal", [])])).toBe(
    "Every rule holds. It waits for approval by legal.",
  );
  expect(said("ALLOW", [rule("PASS")])).toBe("Every rule holds. It may go to production.");
});
