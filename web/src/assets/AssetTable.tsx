import { Group, Stack, Table, Text } from "@mantine/core";

import type { AssetSummary } from "../api/assets";
import { NodeLink } from "../ui/AssetLink";
import { CertificationBadge, TagBadge, ToneBadge } from "../ui/Badges";
import { person } from "../ui/format";
import { KindMark } from "../ui/KindMark";
import { Moment } from "../ui/Moment";
import classes from "./AssetTable.module.css";

const MOST_TAGS = 3;

export function AssetTable({ assets }: { assets: readonly AssetSummary[] }) {
  return (
    <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th visibleFrom="sm">Owner</Table.Th>
          <Table.Th visibleFrom="sm">Certification</Table.Th>
          <Table.Th visibleFrom="md">Tags</Table.Th>
          <Table.Th visibleFrom="md">Changed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {assets.map((asset) => (
          <AssetRow key={asset.node} asset={asset} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function AssetRow({ asset }: { asset: AssetSummary }) {
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <KindMark kind={asset.kind} />
          <Stack gap={2} miw={0}>
            <Group gap={8}>
              <NodeLink id={asset.node}>{asset.name}</NodeLink>
              {asset.is_source && <ToneBadge tone="unsure">source</ToneBadge>}
              {asset.lifecycle !== "active" && <ToneBadge tone="wait">{asset.lifecycle}</ToneBadge>}
            </Group>
            <Text fz="sm" c="dimmed" className={classes.namespace}>
              {asset.namespace}
            </Text>
            {asset.description && (
              <Text fz="sm" c="dimmed" lineClamp={1} visibleFrom="sm">
                {asset.description}
              </Text>
            )}
            <Group gap={6} hiddenFrom="sm" mt={4}>
              <Certification certification={asset.certification} />
              {asset.owner && (
                <Text fz="xs" c="dimmed">
                  {person(asset.owner)}
                </Text>
              )}
            </Group>
          </Stack>
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Owner owner={asset.owner} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Certification certification={asset.certification} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Tags tags={asset.tags} />
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.moment}>
        <Text fz="sm" c="dimmed">
          <Moment at={asset.changed_at} />
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** In a list, what nobody has judged yet stands back behind what somebody has. */
function Certification({ certification }: { certification: string }) {
  if (certification !== "none") return <CertificationBadge certification={certification} />;
  return (
    <Text fz="sm" c="dimmed">
      not certified
    </Text>
  );
}

function Owner({ owner }: { owner: string | null }) {
  return owner ? (
    <Text fz="sm" title={owner}>
      {person(owner)}
    </Text>
  ) : (
    <Text fz="sm" c="dimmed">
      nobody
    </Text>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <Group gap={4}>
      {tags.slice(0, MOST_TAGS).map((tag) => (
        <TagBadge key={tag} tag={tag} />
      ))}
      {tags.length > MOST_TAGS && (
        <Text fz="xs" c="dimmed" title={tags.slice(MOST_TAGS).join(", ")}>
          +{tags.length - MOST_TAGS}
        </Text>
      )}
    </Group>
  );
}
