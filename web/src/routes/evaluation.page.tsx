import { Alert, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { evaluationQuery } from "../api/evaluations";
import { modelVersionsQuery } from "../api/models";
import { EvaluationView } from "../gate/EvaluationView";
import { holder } from "../models/versions";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import { LinkTo } from "../ui/links";
import { Page } from "../ui/Page";
import { Trail } from "../ui/Trail";
import { newest } from "./evaluation";

const route = getRouteApi("/shell/evaluations/$id");

export function EvaluationPage() {
  const { id } = route.useParams();
  const { data: evaluation } = useSuspenseQuery(evaluationQuery(id));
  const { data: versions } = useSuspenseQuery(modelVersionsQuery(evaluation.model));
  const { data: latest } = useSuspenseQuery(newest(evaluation));
  const { model, stage } = evaluation;
  const successor = latest.items.find(
    (one) => one.id !== id && one.evaluated_at > evaluation.evaluated_at,
  );
  return (
    <Page
      title={`${model.name} ${model.version} for ${stage}`}
      trail={
        <Trail>
          <LinkTo to="/models" c="dimmed" fz="sm">
            Models
          </LinkTo>
          <LinkTo to="/model" search={model} c="dimmed" fz="sm">
            {model.name}
          </LinkTo>
          <>Evaluation</>
        </Trail>
      }
      mark={<KindMark kind="model" size={40} />}
      subtitle={<Text c="dimmed">{model.namespace}</Text>}
    >
      {successor && (
        <Alert
          color="yellow"
          variant="light"
          icon={<Icon name="clock" />}
          title="There is a newer evaluation"
        >
          This one is kept as it was decided.{" "}
          <LinkTo to="/evaluations/$id" params={{ id: successor.id }}>
            See what holds now
          </LinkTo>
          .
        </Alert>
      )}
      <EvaluationView evaluation={evaluation} current={holder(versions.items, stage)} named />
    </Page>
  );
}
