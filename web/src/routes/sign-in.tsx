/** Signing in with a token: the only page that a stranger sees. */

import { Alert, Button, Center, PasswordInput, Paper, Stack, Text, Title } from "@mantine/core";
import { createRoute, useRouter } from "@tanstack/react-router";
import type { SubmitEvent } from "react";

import { Problem } from "../api/client";
import { useSignIn } from "../api/me";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";
import { Logo } from "../ui/Logo";
import { text } from "../ui/search";
import { rootRoute } from "./root";

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({
    next: text(search.next),
  }),
  component: SignInPage,
});

function SignInPage() {
  const signIn = useSignIn();
  const router = useRouter();
  const { next } = signInRoute.useSearch();
  // Only a path of our own: a link to the sign-in page must not lead elsewhere afterwards.
  const onward = next?.startsWith("/") && !next.startsWith("//") ? next : "/";
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    if (typeof token === "string" && token.trim()) {
      signIn.mutate(token, { onSuccess: () => router.history.push(onward) });
    }
  };
  return (
    <Center mih="100dvh" p="md" component="main">
      <title>Sign in · Sluice</title>
      <Stack gap="lg" w={400} maw="100%">
        <Stack gap={6} align="center">
          <Logo size={44} />
          <Title order={1} mt="xs">
            Sign in to Sluice
          </Title>
          <Text c="dimmed" ta="center">
            What a model stands on, and whether it may pass.
          </Text>
        </Stack>
        <Paper p="lg">
          <form onSubmit={submit}>
            <Stack>
              <PasswordInput
                name="token"
                label="Access token"
                description="It stays in this tab and is forgotten when you close it."
                autoComplete="current-password"
                required
                withAsterisk={false}
                data-autofocus
                autoFocus
              />
              {signIn.error && <Refusal error={signIn.error} />}
              <Button type="submit" fullWidth loading={signIn.isPending}>
                Sign in
              </Button>
            </Stack>
          </form>
        </Paper>
        <Text c="dimmed" fz="sm" ta="center">
          No token? An administrator makes one with <code>sluice token create</code>. The demo
          prints one for each role when it starts.
        </Text>
      </Stack>
    </Center>
  );
}

function Refusal({ error }: { error: Error }) {
  if (!(error instanceof Problem) || error.status !== 401) return <ErrorNotice error={error} />;
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      title="This token is not accepted"
      icon={<Icon name="lock" />}
    >
      It is unknown, has expired or was revoked. Check that you copied all of it, or ask an
      administrator for a new one.
    </Alert>
  );
}
