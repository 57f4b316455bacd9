import {
  ActionIcon,
  Avatar,
  Button,
  Group,
  Menu,
  Stack,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";

import { type Me, meQuery } from "../api/me";
import * as session from "../api/session";
import { person } from "../ui/format";
import { Icon } from "../ui/Icon";

/** Who I am, what I may do where, the colour scheme, the way out. */
export function AccountMenu() {
  const { data: me } = useSuspenseQuery(meQuery);
  const name = person(me.subject);
  return (
    <Group gap="xs" wrap="nowrap">
      <ColorSchemeToggle />
      <Menu position="bottom-end" width={300} shadow="md">
        <Menu.Target>
          <Button variant="subtle" color="gray" px={6}>
            <VisuallyHidden>Account of {name}</VisuallyHidden>
            <Group gap={8} wrap="nowrap" aria-hidden>
              <Avatar size={28} color="water" name={name.replace(/[._-]/g, " ")} />
              <Text span fw={540} visibleFrom="xs" c="var(--mantine-color-text)">
                {name}
              </Text>
            </Group>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Account me={me} />
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="arrow" />} onClick={session.end}>
            Sign out
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>Sluice {me.version}</Menu.Label>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function Account({ me }: { me: Me }) {
  return (
    <Stack gap={8} p="sm">
      <div>
        <Text fw={620}>{person(me.subject)}</Text>
        <Text fz="xs" c="dimmed">
          {me.subject}
        </Text>
      </div>
      {me.roles.length === 0 && (
        <Text fz="sm" c="dimmed">
          No role yet: an administrator grants one.
        </Text>
      )}
      {me.roles.map((held) => (
        <Group key={`${held.role} ${held.namespace}`} justify="space-between" gap="xs">
          <Text fz="sm" fw={540}>
            {held.role}
          </Text>
          <Text fz="sm" c="dimmed">
            {held.namespace || "everywhere"}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function ColorSchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme("light") === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Use the ${other} colours`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Use the ${other} colours`}
        onClick={() => setColorScheme(other)}
      >
        <Icon name={other === "dark" ? "moon" : "sun"} size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
