import { Table, Text } from "@mantine/core";

import type { RunSummary } from "../api/runs";
import { AssetLink } from "../ui/AssetLink";
import { RunStateBadge } from "../ui/Badges";
import { Empty } from "../ui/Empty";
import { duration } from "../ui/format";
import { Moment } from "../ui/Moment";
import classes from "./AssetTable.module.css";

interface RunTableProps {
  runs: readonly RunSummary[];
  /** On a dataset's page, where the runs are of several jobs. */
  showJob?: boolean;
}

export function RunTable({ runs, showJob = false }: RunTableProps) {
  if (runs.length === 0) {
    return (
      <Empty icon="clock" title="No run yet">
        {showJob
          ? "No run that we know of has written this dataset."
          : "This job was declared, but no run of it has been seen."}
      </Empty>
    );
  }
  return (
    <Table verticalSpacing="sm" horizontalSpacing="md" className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>State</Table.Th>
          {showJob && <Table.Th>Job</Table.Th>}
          <Table.Th>Last heard</Table.Th>
          <Table.Th visibleFrom="xs">Took</Table.Th>
          <Table.Th visibleFrom="lg">Run</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Table.Tr key={run.key}>
            <Table.Td>
              <RunStateBadge state={run.state} />
            </Table.Td>
            {showJob && (
              <Table.Td>
                <AssetLink node={{ kind: "job", ...run.job }} />
              </Table.Td>
            )}
            <Table.Td>
              <Text fz="sm" className={classes.moment}>
                <Moment at={run.last_event_at} />
              </Text>
            </Table.Td>
            <Table.Td visibleFrom="xs">
              <Text fz="sm" c="dimmed" className={classes.moment}>
                {duration(run.started_at, run.ended_at) ?? "–"}
              </Text>
            </Table.Td>
            <Table.Td visibleFrom="lg">
              <Text fz="xs" c="dimmed" ff="monospace" className={classes.moment} title={run.key}>
                {run.key.slice(0, 8)}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
