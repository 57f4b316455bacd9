/** A dataset's schema: each field with its type, what it means and what it is tagged with. */

import { ActionIcon, Button, Group, Stack, Table, TagsInput, Text, Tooltip } from "@mantine/core";
import { useState } from "react";

import { type AssetDetail, type FieldDetail, useEditAsset } from "../api/assets";
import { useMay } from "../api/me";
import { TagBadge } from "../ui/Badges";
import { Empty } from "../ui/Empty";
import { ErrorNotice } from "../ui/ErrorNotice";
import { count } from "../ui/format";
import { Icon } from "../ui/Icon";
import { LinkTo } from "../ui/links";
import { nodeId } from "../ui/node";
import classes from "./FieldTable.module.css";

interface FieldTableProps {
  asset: AssetDetail;
  /** The field that the link led to. */
  highlighted: string | undefined;
}

export function FieldTable({ asset, highlighted }: FieldTableProps) {
  const mayClassify = useMay("asset:classify");
  if (!asset.fields?.length) {
    return (
      <Empty icon="field" title="No schema yet">
        No event has said which fields this dataset has. Producers say it with the{" "}
        <code>schema</code> facet.
      </Empty>
    );
  }
  return (
    <>
      <Table verticalSpacing="xs" horizontalSpacing="md" className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Field</Table.Th>
            <Table.Th visibleFrom="xs">Type</Table.Th>
            <Table.Th>Tags</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {asset.fields.map((field) => (
            <FieldRow
              key={field.path}
              asset={asset}
              field={field}
              highlighted={field.path === highlighted}
              mayClassify={mayClassify}
            />
          ))}
        </Table.Tbody>
      </Table>
      {asset.schema_versions > 1 && (
        <Text fz="sm" c="dimmed" p="sm" px="md">
          {count(asset.schema_versions, "schema version")} seen so far; this is the latest.
        </Text>
      )}
    </>
  );
}

interface FieldRowProps {
  asset: AssetDetail;
  field: FieldDetail;
  highlighted: boolean;
  mayClassify: boolean;
}

function FieldRow({ asset, field, highlighted, mayClassify }: FieldRowProps) {
  const [editing, setEditing] = useState(false);
  const node = nodeId({
    kind: "field",
    namespace: asset.namespace,
    name: asset.name,
    part: field.path,
  });
  return (
    <Table.Tr data-highlighted={highlighted || undefined} aria-current={highlighted || undefined}>
      <Table.Td>
        <Stack gap={2}>
          <Group gap={6}>
            <Text className={classes.path}>{field.path}</Text>
            <LinkTo
              to="/lineage"
              search={{ node: asset.node, columns: true, selected: node }}
              c="dimmed"
              aria-label={`Lineage of ${field.path}`}
              title={`Lineage of ${field.path}`}
            >
              <Icon name="flow" size={13} />
            </LinkTo>
          </Group>
          <Text fz="xs" c="dimmed" hiddenFrom="xs">
            {field.type}
          </Text>
          {field.description && (
            <Text fz="sm" c="dimmed">
              {field.description}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td visibleFrom="xs">
        <Text fz="sm" c="dimmed" className={classes.path}>
          {field.type ?? "unknown"}
        </Text>
      </Table.Td>
      <Table.Td>
        {editing ? (
          <FieldTagForm asset={asset} field={field} close={() => setEditing(false)} />
        ) : (
          <Group gap={6} wrap="nowrap">
            <Group gap={4}>
              {field.tags.map(({ tag, origin }) => (
                <TagBadge key={tag} tag={tag} origin={origin} />
              ))}
            </Group>
            {mayClassify && (
              <Tooltip label={`Edit the tags of ${field.path}`}>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Edit the tags of ${field.path}`}
                  onClick={() => setEditing(true)}
                >
                  <Icon name={field.tags.length ? "pencil" : "tag"} size={14} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function FieldTagForm({
  asset,
  field,
  close,
}: {
  asset: AssetDetail;
  field: FieldDetail;
  close: () => void;
}) {
  const edit = useEditAsset(asset);
  const [tags, setTags] = useState(field.tags.map(({ tag }) => tag));
  const known = [
    ...new Set(asset.fields?.flatMap((other) => other.tags.map(({ tag }) => tag))),
  ].toSorted();
  const save = () => edit.mutate({ fields: [{ path: field.path, tags }] }, { onSuccess: close });
  return (
    <Stack gap={6} miw={180}>
      <TagsInput
        aria-label={`Tags of ${field.path}`}
        size="xs"
        data={known}
        value={tags}
        onChange={setTags}
        autoFocus
      />
      {edit.error && <ErrorNotice error={edit.error} />}
      <Group gap={6}>
        <Button size="compact-xs" onClick={save} loading={edit.isPending}>
          Save
        </Button>
        <Button size="compact-xs" variant="default" onClick={close}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
