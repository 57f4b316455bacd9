/** The badges that carry meaning: verdicts, certification, run states, tags. One colour, one meaning. */

import type { ReactNode } from "react";

import classes from "./Badges.module.css";

export type Tone = "good" | "wait" | "bad" | "unsure";

interface ToneBadgeProps {
  tone: Tone;
  size?: "sm" | "md" | "lg";
  children: ReactNode;
}

export function ToneBadge({ tone, size = "sm", children }: ToneBadgeProps) {
  return (
    <span className={classes.badge} data-tone={tone} data-size={size}>
      {children}
    </span>
  );
}

const VERDICTS: Record<string, { tone: Tone; word: string }> = {
  ALLOW: { tone: "good", word: "ALLOW" },
  ALLOW_WITH_WAIVERS: { tone: "good", word: "ALLOW WITH WAIVERS" },
  PENDING: { tone: "wait", word: "PENDING" },
  BLOCK: { tone: "bad", word: "BLOCK" },
};

export function VerdictBadge({
  verdict,
  size = "sm",
}: {
  verdict: string;
  size?: "sm" | "md" | "lg";
}) {
  const { tone, word } = VERDICTS[verdict] ?? { tone: "unsure", word: verdict };
  return (
    <ToneBadge tone={tone} size={size}>
      {word}
    </ToneBadge>
  );
}

export function toneOf(verdict: string): Tone {
  return VERDICTS[verdict]?.tone ?? "unsure";
}

const CERTIFICATIONS: Record<string, { tone: Tone; word: string }> = {
  certified: { tone: "good", word: "Certified" },
  rejected: { tone: "bad", word: "Rejected" },
  none: { tone: "unsure", word: "Not certified" },
};

export function CertificationBadge({ certification }: { certification: string }) {
  const { tone, word } = CERTIFICATIONS[certification] ?? { tone: "unsure", word: certification };
  return <ToneBadge tone={tone}>{word}</ToneBadge>;
}

const RUN_TONES: Record<string, Tone> = {
  COMPLETE: "good",
  FAIL: "bad",
  ABORT: "bad",
  RUNNING: "wait",
  START: "wait",
};

export function RunStateBadge({ state }: { state: string }) {
  return (
    <ToneBadge tone={RUN_TONES[state.toUpperCase()] ?? "unsure"}>{state.toLowerCase()}</ToneBadge>
  );
}

const ORIGINS: Record<string, string> = {
  human: "set by a person",
  rule: "set by a rule",
  propagated: "carried down the lineage",
  ingested: "from a producer's event",
};

export function originWords(origin: string | null | undefined): string | null {
  return origin ? (ORIGINS[origin] ?? origin) : null;
}

/** Tags of personal data stand out: they are what stops models. */
const SENSITIVE = /^(pii|special)(\.|$)/;

export function TagBadge({ tag, origin }: { tag: string; origin?: string }) {
  return (
    <span
      className={classes.badge}
      data-tone={SENSITIVE.test(tag) ? "bad" : "unsure"}
      data-tag
      title={originWords(origin) ?? undefined}
    >
      {tag}
    </span>
  );
}
