/** A refusal in the server's words, with what to do next and the id to quote when asking. */

import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";

import { Problem } from "../api/client";
import { Icon } from "./Icon";
import { ButtonTo } from "./links";

const NEXT: Record<string, string> = {
  unreachable: "Check that the server is running, then try again.",
  forbidden: "Ask an administrator for the role, or whoever owns the asset for the answer.",
  not_found:
    "It may have been renamed, or the link may be cut short. Search for it in the list of assets.",
  stale_evaluation: "Something the evaluation stood on has changed. Evaluate again, then promote.",
  current_changed: "Someone promoted another version meanwhile. Reload the page and look again.",
  blocked: "The evaluation does not allow it. Its findings say what to fix and whom to ask.",
  unavailable: "The server is busy or its database is away. Try again in a moment.",
};

interface ErrorNoticeProps {
  error: Error;
  retry?: () => void;
}

export function ErrorNotice({ error, retry }: ErrorNoticeProps) {
  const problem = error instanceof Problem ? error : null;
  // The session has ended and the sign-in page is on its way.
  if (problem?.status === 401) return null;
  const next = problem && (NEXT[problem.code] ?? (problem.status >= 500 ? NEXT.unavailable : null));
  return (
    <Alert
      color="red"
      variant="light"
      title={problem?.title ?? "This page failed"}
      icon={<Icon name="alert" size={18} />}
    >
      <Stack gap="xs">
        <Text>{error.message}</Text>
        {next && <Text>{next}</Text>}
        <Group gap="md">
          {problem?.status === 404 && (
            <ButtonTo to="/assets" size="xs" variant="default">
              All assets
            </ButtonTo>
          )}
          {retry && problem?.status !== 404 && (
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          )}
          {problem?.requestId && (
            <Text fz="xs" c="dimmed">
              Request <Code>{problem.requestId}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
