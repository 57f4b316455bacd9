import { Group, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Suspense } from "react";

import { type EvaluationSummary, evaluationQuery } from "../api/evaluations";
import type { ModelVersion } from "../api/models";
import { EvaluationView } from "../gate/EvaluationView";
import { VerdictBadge } from "../ui/Badges";
import { Empty } from "../ui/Empty";
import { LinkTo } from "../ui/links";
import { Moment } from "../ui/Moment";
import { holder, latestByStage } from "./versions";
import classes from "./VersionList.module.css";

interface LastEvaluationProps {
  /** Those of the chosen version, newest first. */
  evaluations: readonly EvaluationSummary[];
  versions: readonly ModelVersion[];
  stage: string | undefined;
}

/** What the gate last said about a version, for the stage one looks at. */
export function LastEvaluation({ evaluations, versions, stage }: LastEvaluationProps) {
  const navigate = useNavigate({ from: "/model" });
  const latest = latestByStage(evaluations);
  const shown = latest.find((one) => one.stage === stage) ?? latest[0];
  if (!shown) {
    return (
      <Paper>
        <Empty icon="shield" title="The gate has not been asked yet">
          An evaluation says whether this version may go to a stage, and if not, why and what to do.
        </Empty>
      </Paper>
    );
  }
  return (
    <Stack gap="lg">
      {latest.length > 1 && (
        <SegmentedControl
          aria-label="Stage"
          data={latest.map((one) => one.stage)}
          value={shown.stage}
          onChange={(chosen) =>
            void navigate({ search: (before) => ({ ...before, stage: chosen }), replace: true })
          }
          style={{ alignSelf: "flex-start" }}
        />
      )}
      <Suspense fallback={<Skeleton h={280} radius="md" />}>
        <Whole id={shown.id} current={holder(versions, shown.stage)} />
      </Suspense>
      <History evaluations={evaluations.filter(({ id }) => id !== shown.id)} />
    </Stack>
  );
}

/** The list knows the verdict only; its reasons are fetched for the one that is shown. */
function Whole({ id, current }: { id: string; current: string | null }) {
  const { data } = useSuspenseQuery(evaluationQuery(id));
  return <EvaluationView evaluation={data} current={current} />;
}

function History({ evaluations }: { evaluations: readonly EvaluationSummary[] }) {
  if (evaluations.length === 0) return null;
  return (
    <Paper style={{ overflow: "hidden" }}>
      <Title order={2} px="md" pt="md" pb="xs">
        Earlier evaluations
      </Title>
      <ul className={classes.list}>
        {evaluations.map((one) => (
          <li key={one.id} className={classes.version}>
            <Group gap="sm">
              <VerdictBadge verdict={one.verdict} />
              <LinkTo to="/evaluations/$id" params={{ id: one.id }}>
                {one.model.version} → {one.stage}
              </LinkTo>
              <Text fz="sm" c="dimmed">
                <Moment at={one.evaluated_at} />
              </Text>
            </Group>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
