import { Group, Paper, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { type Evidence, evidenceQuery, type ModelVersion } from "../api/models";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Moment } from "../ui/Moment";
import classes from "./VersionList.module.css";

/** What is known about a version: metrics with their n, documents, scans. */
export function EvidenceTable({ version }: { version: ModelVersion }) {
  const { namespace, name } = version;
  const { data, error, isPending } = useQuery(
    evidenceQuery({ namespace, name, version: version.version }),
  );
  return (
    <Paper style={{ overflow: "hidden" }}>
      <Title order={2} px="md" pt="md" pb="xs">
        Evidence
      </Title>
      {error && <ErrorNotice error={error} />}
      {isPending && (
        <Text c="dimmed" px="md" pb="md">
          Loading…
        </Text>
      )}
      {data?.items.length === 0 && (
        <Text c="dimmed" px="md" pb="md">
          None for {version.version} yet. Evaluation runs add metrics, scans and documents.
        </Text>
      )}
      <ul className={classes.list}>
        {data?.items.map((item) => (
          <li key={item.id} className={classes.version}>
            <EvidenceRow item={item} />
          </li>
        ))}
      </ul>
    </Paper>
  );
}

function EvidenceRow({ item }: { item: Evidence }) {
  const { value, n } = item.body;
  return (
    <Group justify="space-between" gap="xs">
      <div>
        <Text fw={560}>{item.name}</Text>
        <Text fz="sm" c="dimmed">
          {item.kind}, <Moment at={item.added_at} />
        </Text>
      </div>
      {typeof value === "number" && (
        <div>
          <Text fw={620} ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
            {value.toLocaleString("en", { maximumFractionDigits: 4 })}
          </Text>
          {typeof n === "number" && (
            <Text fz="xs" c="dimmed" ta="right">
              n = {n.toLocaleString("en")}
            </Text>
          )}
        </div>
      )}
    </Group>
  );
}
