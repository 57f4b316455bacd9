/** One evaluation, whole: the verdict, what stops it and how to mend that, who must sign, what holds. */

import { Accordion, Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";

import type { Evaluation, RuleResult } from "../api/evaluations";
import { type Tone, ToneBadge } from "../ui/Badges";
import { ApprovalList } from "./ApprovalList";
import { RuleCard } from "./RuleCard";
import { VerdictBanner } from "./VerdictBanner";
import { sorted } from "./verdict";

interface EvaluationViewProps {
  evaluation: Evaluation;
  /** The version that holds the stage now, which a promotion would replace. */
  current: string | null;
  /** Whether the banner names the model: not on the model's own page. */
  named?: boolean;
}

export function EvaluationView({ evaluation, current, named = false }: EvaluationViewProps) {
  const { stopping, warning, waived, passed, notApplicable } = sorted(evaluation.results);
  return (
    <Stack gap="lg">
      <VerdictBanner evaluation={evaluation} current={current} named={named} />
      <Rules title="What stops it" results={stopping} />
      <Rules title="Warnings" results={warning} />
      {evaluation.approvals.length > 0 && <ApprovalList evaluation={evaluation} />}
      <Folded title="Waived" results={waived} />
      <Folded title="Rules that hold" results={passed} />
      <Folded title="Rules that do not apply" results={notApplicable} />
    </Stack>
  );
}

function Rules({ title, results }: { title: string; results: readonly RuleResult[] }) {
  if (results.length === 0) return null;
  return (
    <Stack component="section" gap="sm">
      <Title order={2}>{title}</Title>
      {results.map((result) => (
        <RuleCard key={`${result.policy} ${result.rule}`} result={result} />
      ))}
    </Stack>
  );
}

const SIGNS: Record<string, { tone: Tone; word: string }> = {
  PASS: { tone: "good", word: "holds" },
  WAIVED: { tone: "wait", word: "waived" },
  NOT_APPLICABLE: { tone: "unsure", word: "not applicable" },
};

function Sign({ status }: { status: string }) {
  const { tone, word } = SIGNS[status] ?? { tone: "bad", word: status.toLowerCase() };
  return <ToneBadge tone={tone}>{word}</ToneBadge>;
}

function Folded({ title, results }: { title: string; results: readonly RuleResult[] }) {
  if (results.length === 0) return null;
  return (
    <Paper style={{ overflow: "hidden" }}>
      <Accordion chevronPosition="left">
        <Accordion.Item value={title} style={{ borderBottom: 0 }}>
          <Accordion.Control>
            <Group gap="xs">
              <Text fw={600}>{title}</Text>
              <Badge size="sm" color="gray">
                {results.length}
              </Badge>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <Stack gap="sm">
              {results.map((result) => (
                <Group
                  key={`${result.policy} ${result.rule}`}
                  gap="sm"
                  wrap="nowrap"
                  align="flex-start"
                >
                  <Sign status={result.status} />
                  <div>
                    <Text fw={540}>{result.title}</Text>
                    {result.message && (
                      <Text fz="sm" c="dimmed">
                        {result.message}
                      </Text>
                    )}
                  </div>
                </Group>
              ))}
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Paper>
  );
}
