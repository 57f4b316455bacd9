/** What is known of the node or column that is selected, without leaving the graph. */

import { ActionIcon, Group, Paper, Stack, Text } from "@mantine/core";

import { AssetLink } from "../ui/AssetLink";
import { CertificationBadge, TagBadge } from "../ui/Badges";
import { count, person } from "../ui/format";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import { LinkTo } from "../ui/links";
import { assetId, parseNode } from "../ui/node";
import { type Drawn, type DrawnNode, ends } from "./graph";
import classes from "./LineageBoard.module.css";

interface SelectionPanelProps {
  drawn: Drawn;
  selected: string;
  close: () => void;
}

export function SelectionPanel({ drawn, selected, close }: SelectionPanelProps) {
  const named = parseNode(selected);
  const asset = drawn.nodes.find(({ id }) => id === selected || (named && id === assetId(named)));
  if (!asset) return null;
  const field = named?.kind === "field" ? named.part : undefined;
  return (
    <Paper component="section" className={classes.panel} aria-label="Selected">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <KindMark kind={asset.restricted ? "restricted" : asset.kind} />
            <Text fw={620} style={{ overflowWrap: "anywhere" }}>
              {field ?? asset.name ?? "Restricted"}
            </Text>
          </Group>
          <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={close}>
            <Icon name="cross" />
          </ActionIcon>
        </Group>
        {asset.restricted ? <Restricted /> : <AssetFacts asset={asset} field={field} />}
        <Neighbours drawn={drawn} selected={selected} />
        {!asset.restricted && named && (
          <Stack gap={6}>
            <AssetLink node={named}>Open its page</AssetLink>
            {!asset.isRoot && (
              <LinkTo
                to="/lineage"
                search={(before) => ({ ...before, node: asset.id, expand: undefined })}
              >
                Begin the lineage here
              </LinkTo>
            )}
          </Stack>
        )}
      </Stack>
    </Paper>
  );
}

function Restricted() {
  return (
    <Text fz="sm" c="dimmed">
      Something is here that you may not see. An administrator can grant you a role in its
      namespace.
    </Text>
  );
}

function AssetFacts({ asset, field }: { asset: DrawnNode; field: string | undefined }) {
  return (
    <Stack gap={6}>
      <Text fz="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {field === undefined ? asset.namespace : `field of ${asset.name}`}
      </Text>
      <Group gap={6}>
        <CertificationBadge certification={asset.certification ?? "none"} />
        {asset.tags.map((tag) => (
          <TagBadge key={tag} tag={tag} />
        ))}
      </Group>
      <Text fz="sm">{asset.owner ? `Owned by ${person(asset.owner)}` : "Nobody owns it"}</Text>
    </Stack>
  );
}

function Neighbours({ drawn: { edges }, selected }: { drawn: Drawn; selected: string }) {
  const into = edges.filter((edge) => ends(edge).target === selected);
  const out = edges.filter((edge) => ends(edge).source === selected);
  return (
    <Stack gap={6}>
      <Text fz="sm" c="dimmed">
        {count(into.length, "edge")} in, {count(out.length, "edge")} out
      </Text>
      {[...into, ...out].slice(0, 12).map((edge) => (
        <Text key={edge.id} fz="xs" c="dimmed">
          {label(ends(edge).source)} → {label(ends(edge).target)}
          {edge.transformation && `, ${edge.transformation}`}
          {edge.masking && ", masked"}
          {edge.sourceField === undefined && `, ${edge.provenance}`}
        </Text>
      ))}
    </Stack>
  );
}

function label(id: string): string {
  const node = parseNode(id);
  return node === null
    ? "restricted"
    : node.kind === "field"
      ? `${node.name}.${node.part}`
      : node.name;
}
