import { Button, Group, Text } from "@mantine/core";
import { useLocation, useNavigate, useRouter } from "@tanstack/react-router";

import { Icon } from "../ui/Icon";

interface PagerProps {
  page: number;
  total: number;
  size: number;
  next: string | null;
}

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The entry before this one is the page before this one. */
    turned?: boolean;
  }
}

/** A cursor only leads onward; the way back is the browser's history, or the first page. */
export function Pager({ page, total, size, next }: PagerProps) {
  const navigate = useNavigate({ from: "/assets" });
  const router = useRouter();
  const turned = useLocation({ select: ({ state }) => state.turned === true });
  if (page === 1 && next === null) return null;
  const first = () =>
    void navigate({ search: (before) => ({ ...before, cursor: undefined, page: undefined }) });
  const onward = () =>
    void navigate({
      search: (before) => ({ ...before, cursor: next ?? undefined, page: page + 1 }),
      state: { turned: true },
    });
  return (
    <Group justify="space-between">
      <Text fz="sm" c="dimmed">
        Page {page} of {Math.max(page, Math.ceil(total / size))}
      </Text>
      <Group gap="xs">
        {page > 1 && (
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="back" />}
            onClick={turned ? () => router.history.back() : first}
          >
            {turned ? "Previous" : "First page"}
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          disabled={next === null}
          rightSection={<Icon name="arrow" />}
          onClick={onward}
        >
          Next
        </Button>
      </Group>
    </Group>
  );
}
