/** The common frame of a dataset's and a job's page: head, description, tabs, and the properties beside them. */

import { Badge, Grid, Group, Paper, Stack, Tabs, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { type AssetDetail, type AssetName, assetQuery } from "../api/assets";
import { CertificationBadge, ToneBadge } from "../ui/Badges";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import { ButtonTo, LinkTo } from "../ui/links";
import { Page } from "../ui/Page";
import { Trail } from "../ui/Trail";
import { Description } from "./Description";
import { Properties } from "./Properties";

interface AssetTab {
  value: string;
  label: string;
  count?: number;
  panel: ReactNode;
}

interface AssetPageProps {
  asset: AssetName;
  tab: string;
  choose: (tab: string | null) => void;
  tabs: (detail: AssetDetail) => AssetTab[];
}

export function AssetPage({ asset, tab, choose, tabs }: AssetPageProps) {
  const { data: detail } = useSuspenseQuery(assetQuery(asset));
  return (
    <Page
      title={detail.name}
      trail={<AssetTrail asset={asset} />}
      mark={<KindMark kind={detail.kind} size={40} />}
      subtitle={<AssetSubtitle detail={detail} />}
      actions={
        <ButtonTo
          to="/lineage"
          search={{ node: detail.node, columns: detail.kind === "dataset" || undefined }}
          variant="default"
          leftSection={<Icon name="flow" />}
        >
          Lineage
        </ButtonTo>
      }
    >
      <Description key={detail.node} asset={detail} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }} order={{ base: 2, md: 1 }}>
          <AssetTabs tabs={tabs(detail)} tab={tab} choose={choose} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }} order={{ base: 1, md: 2 }}>
          <Properties key={detail.node} asset={detail} />
        </Grid.Col>
      </Grid>
    </Page>
  );
}

export function AssetTrail({ asset: { kind, namespace } }: { asset: AssetName }) {
  return (
    <Trail>
      <LinkTo to="/assets" search={{ kind }} c="dimmed" fz="sm">
        {`${kind[0]?.toUpperCase()}${kind.slice(1)}s`}
      </LinkTo>
      <LinkTo to="/assets" search={{ kind, namespace }} c="dimmed" fz="sm">
        {namespace}
      </LinkTo>
    </Trail>
  );
}

export function AssetSubtitle({ detail }: { detail: AssetDetail }) {
  return (
    <Group gap={8}>
      <CertificationBadge certification={detail.certification} />
      {detail.is_source && <ToneBadge tone="unsure">source</ToneBadge>}
      {detail.lifecycle !== "active" && <ToneBadge tone="wait">{detail.lifecycle}</ToneBadge>}
      {detail.type && (
        <Text fz="sm" c="dimmed">
          {detail.type.toLowerCase()}
        </Text>
      )}
    </Group>
  );
}

function AssetTabs({
  tabs,
  tab,
  choose,
}: {
  tabs: AssetTab[];
  tab: string;
  choose: (tab: string | null) => void;
}) {
  return (
    <Tabs value={tab} onChange={choose} keepMounted={false}>
      <Tabs.List mb="md">
        {tabs.map(({ value, label, count }) => (
          <Tabs.Tab
            key={value}
            value={value}
            rightSection={
              count !== undefined && (
                <Badge size="sm" circle={count < 10} color="gray">
                  {count}
                </Badge>
              )
            }
          >
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ value, panel }) => (
        <Tabs.Panel key={value} value={value}>
          <Paper style={{ overflow: "hidden" }}>
            <Stack gap={0}>{panel}</Stack>
          </Paper>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
