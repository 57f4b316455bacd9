import { expect, test } from "vitest";

import { ago, count, duration, listed, moment, person, shortDigest, tail } from "./format";

const now = Date.parse("2026-11-22T12:00:00Z");

test("a time is said as people say it", () => {
  expect(ago("2026-11-22T11:59:40Z", now)).toBe("just now");
  expect(ago("2026-11-22T09:00:00Z", now)).toBe("3 hours ago");
  expect(ago("2026-11-21T12:00:00Z", now)).toBe("yesterday");
  expect(ago("2026-12-02T12:00:00Z", now)).toBe("in 10 days");
});

test("an exact time is in UTC for everyone", () => {
  expect(moment("2026-11-22T13:05:59+01:00")).toBe("2026-11-22 12:05 UTC");
});

test("a duration needs both ends", () => {
  expect(duration("2026-11-22T12:00:00Z", "2026-11-22T12:00:42Z")).toBe("42 s");
  expect(duration("2026-11-22T12:00:00Z", "2026-11-22T14:10:00Z")).toBe("2 h 10 min");
  expect(duration("2026-11-22T12:00:00Z", null)).toBeNull();
});

test("one is singular", () => {
  expect(count(1, "rule")).toBe("1 rule");
  expect(count(0, "rule")).toBe("0 rules");
  expect(count(1_234, "answer waits", "answers wait")).toBe("1,234 answers wait");
});

test("a digest is cut to what can be compared by eye", () => {
  expect(shortDigest(`sha256:${"ab".repeat(32)}`)).toBe("sha256:abababababab…");
  expect(shortDigest("sha256:abc")).toBe("sha256:abc");
});

test("a long name keeps its end, which tells it from the others", () => {
  expect(tail("orders", 20)).toBe("orders");
  expect(tail("northbank.marts.dim_customer", 20)).toBe("…marts.dim_customer");
  expect(tail("a_name_without_any_mark_to_cut_at", 12)).toBe("…k_to_cut_at");
});

test("a list reads as a sentence", () => {
  expect(listed(["legal", "risk", "audit"])).toBe("legal, risk and audit");
  expect(listed(["legal"])).toBe("legal");
});

test("a person is named without the kind of subject", () => {
  expect(person("user:ana")).toBe("ana");
  expect(person("team:a:b")).toBe("a:b");
  expect(person("ana@example.org")).toBe("ana@example.org");
});
