import { Group, Paper, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";

import { inboxQuery } from "../api/evaluations";
import { ToneBadge } from "../ui/Badges";
import { count } from "../ui/format";
import { LinkTo } from "../ui/links";
import { Moment } from "../ui/Moment";

/** What waits for one who may approve; nothing at all when nothing does. */
export function Inbox() {
  const { items } = useSuspenseQuery(inboxQuery).data;
  if (items.length === 0) return null;
  return (
    <Paper p="md" style={{ borderLeft: "4px solid var(--wait-line)" }}>
      <Stack gap="sm">
        <Text fw={620}>{count(items.length, "answer waits", "answers wait")} for you</Text>
        {items.map((item) => (
          <Group key={`${item.evaluation_id} ${item.role}`} gap="sm">
            <ToneBadge tone="wait">{item.role}</ToneBadge>
            <LinkTo to="/evaluations/$id" params={{ id: item.evaluation_id }}>
              {item.model.name} {item.model.version} for {item.stage}
            </LinkTo>
            <Text fz="sm" c="dimmed">
              since <Moment at={item.since} />
            </Text>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
