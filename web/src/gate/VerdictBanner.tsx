import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { type Evaluation, useEvaluate } from "../api/evaluations";
import { useMay } from "../api/me";
import { ToneBadge, toneOf, VerdictBadge } from "../ui/Badges";
import { CopyButton } from "../ui/CopyButton";
import { ErrorNotice } from "../ui/ErrorNotice";
import { count, person, shortDigest } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ButtonTo, LinkTo } from "../ui/links";
import { Moment } from "../ui/Moment";
import { PromoteButton } from "./PromoteButton";
import classes from "./VerdictBanner.module.css";
import { sentence } from "./verdict";

interface VerdictBannerProps {
  evaluation: Evaluation;
  current: string | null;
  named: boolean;
}

/** The answer to "may it pass", before anything else. */
export function VerdictBanner({ evaluation, current, named }: VerdictBannerProps) {
  const { model, stage, verdict } = evaluation;
  const allowed = verdict === "ALLOW" || verdict === "ALLOW_WITH_WAIVERS";
  const mayPromote = useMay("promotion:request");
  const mayEvaluate = useMay("gate:evaluate");
  return (
    <Paper className={classes.banner} data-tone={toneOf(verdict)}>
      <Stack gap="md">
        <Group gap="md" align="flex-start">
          <VerdictBadge verdict={verdict} size="lg" />
          <Stack gap={2} flex="1 1 260px">
            <Text fz="lg" fw={600}>
              {named && (
                <LinkTo to="/model" search={model} inherit c="inherit">
                  {model.name}
                </LinkTo>
              )}{" "}
              {model.version} → {stage}
            </Text>
            <Text>{sentence(evaluation)}</Text>
          </Stack>
          <Group gap="xs">
            {!named && (
              <ButtonTo to="/evaluations/$id" params={{ id: evaluation.id }} variant="default">
                Open to share
              </ButtonTo>
            )}
            {mayEvaluate && <EvaluateAgain evaluation={evaluation} />}
            {current === model.version && (
              <ToneBadge tone="good" size="md">{`holds ${stage}`}</ToneBadge>
            )}
            {allowed && mayPromote && current !== model.version && (
              <PromoteButton evaluation={evaluation} current={current} />
            )}
          </Group>
        </Group>
        <Facts evaluation={evaluation} />
      </Stack>
    </Paper>
  );
}

function Facts({
  evaluation: { evaluated_at, requested_by, policies, snapshot },
}: {
  evaluation: Evaluation;
}) {
  return (
    <Group className={classes.facts}>
      <Text fz="sm" c="dimmed">
        <Moment at={evaluated_at} />, for {person(requested_by)}
      </Text>
      <Text fz="sm" c="dimmed">
        {policies.map(({ name, version }) => `${name} v${version}`).join(", ") || "no policy"}
      </Text>
      <Group gap={4}>
        <Text fz="sm" c="dimmed" title={snapshot.digest}>
          snapshot of {count(snapshot.nodes, "node")}, {count(snapshot.edges, "edge")} ·{" "}
          {shortDigest(snapshot.digest)}
        </Text>
        <CopyButton text={snapshot.digest} label="Copy the snapshot's digest" />
      </Group>
      {snapshot.truncated && (
        <Group gap={4} c="var(--bad)">
          <Icon name="alert" size={14} />
          <Text fz="sm">The snapshot was cut short</Text>
        </Group>
      )}
    </Group>
  );
}

function EvaluateAgain({ evaluation: { model, stage } }: { evaluation: Evaluation }) {
  const evaluate = useEvaluate();
  const navigate = useNavigate();
  const again = () =>
    evaluate.mutate(
      { ...model, target_stage: stage },
      { onSuccess: ({ id }) => void navigate({ to: "/evaluations/$id", params: { id } }) },
    );
  return (
    <Stack gap="xs">
      <Button variant="default" onClick={again} loading={evaluate.isPending}>
        Evaluate again
      </Button>
      {evaluate.error && <ErrorNotice error={evaluate.error} />}
    </Stack>
  );
}
