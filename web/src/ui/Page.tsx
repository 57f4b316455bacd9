/** The frame of every page: its title in the tab, where it lies, its head, its body. */

import { Box, Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Page.module.css";

interface PageProps {
  title: string;
  /** What stands above the title: the way back up. */
  trail?: ReactNode;
  mark?: ReactNode;
  /** What stands below the title: badges, namespace. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, trail, mark, subtitle, actions, wide = false, children }: PageProps) {
  return (
    <Box className={classes.page} data-wide={wide || undefined}>
      <title>{`${title} · Sluice`}</title>
      <Stack gap="lg">
        <Stack gap={6}>
          {trail}
          <Group justify="space-between" align="flex-start" gap="md">
            <Group gap="sm" align="flex-start" wrap="nowrap" className={classes.heading}>
              {mark}
              <Stack gap={6} className={classes.heading}>
                <Title order={1} className={classes.title}>
                  {title}
                </Title>
                {subtitle}
              </Stack>
            </Group>
            {actions}
          </Group>
        </Stack>
        {children}
      </Stack>
    </Box>
  );
}
