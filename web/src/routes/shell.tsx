/** What surrounds every page of someone who is signed in: navigation, colour scheme, who am I. */

import { AppShell, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { createRoute, Link, Outlet, redirect } from "@tanstack/react-router";

import { meQuery } from "../api/me";
import * as session from "../api/session";
import { AccountMenu } from "../shell/AccountMenu";
import { Navigation } from "../shell/Navigation";
import classes from "../shell/Shell.module.css";
import { Logo } from "../ui/Logo";
import { rootRoute } from "./root";

export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: ({ location }) => {
    if (session.token() === null)
      throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  loader: ({ context }) => context.queries.ensureQueryData(meQuery),
  component: Shell,
});

function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  return (
    <AppShell
      header={{ height: 54 }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !opened } }}
      classNames={{ header: classes.header, navbar: classes.navbar, main: classes.main }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
            />
            <Link to="/" className={classes.brand}>
              <Logo />
              <Text fw={660} fz="lg" lts="-0.01em">
                Sluice
              </Text>
            </Link>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Navigation followed={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
