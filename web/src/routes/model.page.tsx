import { Grid, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { type ModelName, modelVersionsQuery } from "../api/models";
import { AssetSubtitle, AssetTrail } from "../assets/AssetPage";
import { Description } from "../assets/Description";
import { Properties } from "../assets/Properties";
import { EvaluateMenu } from "../models/EvaluateMenu";
import { EvidenceTable } from "../models/EvidenceTable";
import { LastEvaluation } from "../models/LastEvaluation";
import { VersionList } from "../models/VersionList";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import { ButtonTo } from "../ui/links";
import { Page } from "../ui/Page";
import { assetOf, evaluationsOf } from "./model";

const route = getRouteApi("/shell/model");

export function ModelPage() {
  const { namespace, name, version, stage } = route.useSearch();
  const model = { namespace, name };
  const { data: detail } = useSuspenseQuery(assetOf(model));
  const { data: versions } = useSuspenseQuery(modelVersionsQuery(model));
  const { data: evaluations } = useSuspenseQuery(evaluationsOf(model));
  const chosen = versions.items.find((one) => one.version === version) ?? versions.items[0];
  return (
    <Page
      title={name}
      trail={<AssetTrail asset={{ kind: "model", namespace, name }} />}
      mark={<KindMark kind="model" size={40} />}
      subtitle={<AssetSubtitle detail={detail} />}
      actions={<ModelActions node={detail.node} model={model} version={chosen?.version} />}
    >
      <Description key={detail.node} asset={detail} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <LastEvaluation
            evaluations={evaluations.items.filter((one) => one.model.version === chosen?.version)}
            versions={versions.items}
            stage={stage}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="lg">
            <VersionList versions={versions.items} chosen={chosen?.version} />
            <Properties key={detail.node} asset={detail} />
            {chosen && <EvidenceTable version={chosen} />}
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

interface ModelActionsProps {
  node: string;
  model: ModelName;
  version: string | undefined;
}

function ModelActions({ node, model, version }: ModelActionsProps) {
  return (
    <>
      <ButtonTo
        to="/lineage"
        search={{ node, direction: "upstream", depth: 4 }}
        variant="default"
        leftSection={<Icon name="flow" />}
        ml="auto"
      >
        Lineage
      </ButtonTo>
      {version && <EvaluateMenu model={model} version={version} />}
    </>
  );
}
