/** The way back up from a page: its list, then its namespace. */

import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { Icon } from "./Icon";

export function Trail({ children }: { children: ReactNode[] }) {
  return (
    <Group component="nav" aria-label="Breadcrumbs" gap={6} c="dimmed" fz="sm">
      {children.map((step, position) => (
        // The steps of one page never change places.
        // oxlint-disable-next-line react/no-array-index-key
        <Group key={position} gap={6}>
          {position > 0 && <Icon name="chevron" size={12} />}
          <Text span fz="sm">
            {step}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
