import { Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { AssetSummary } from "../api/assets";
import { evaluationsQuery } from "../api/evaluations";
import type { ModelName } from "../api/models";
import { VerdictBadge } from "../ui/Badges";
import { person } from "../ui/format";
import { KindMark } from "../ui/KindMark";
import { Moment } from "../ui/Moment";
import classes from "./ModelCard.module.css";

export function ModelCard({ model }: { model: AssetSummary }) {
  const { namespace, name } = model;
  return (
    <Paper className={classes.card}>
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap="sm">
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <KindMark kind="model" size={34} />
            <div className={classes.names}>
              <Link to="/model" search={{ namespace, name }} className={classes.link}>
                {name}
              </Link>
              <Text fz="sm" c="dimmed" truncate title={namespace}>
                {namespace}
              </Text>
            </div>
          </Group>
          <Text fz="sm" c="dimmed" lineClamp={2}>
            {model.description ?? "Nobody has described this model yet."}
          </Text>
        </Stack>
        <Group justify="space-between" gap="xs" className={classes.foot}>
          <LastVerdict namespace={namespace} name={name} />
          <Text fz="sm" c="dimmed">
            {model.owner ? person(model.owner) : "nobody owns it"}
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}

/** The cards stand at once; each verdict comes when it comes. */
function LastVerdict({ namespace, name }: ModelName) {
  const { data, isPending } = useQuery(evaluationsQuery({ namespace, name, limit: 1 }));
  const evaluation = data?.items[0];
  if (isPending) return <Skeleton h={20} w={180} />;
  if (!evaluation) {
    return (
      <Text fz="sm" c="dimmed">
        never evaluated
      </Text>
    );
  }
  return (
    <Group gap={8}>
      <VerdictBadge verdict={evaluation.verdict} />
      <Text fz="sm" c="dimmed">
        {evaluation.model.version} → {evaluation.stage}, <Moment at={evaluation.evaluated_at} />
      </Text>
    </Group>
  );
}
