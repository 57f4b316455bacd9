import { ActionIcon, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";

import { Icon } from "./Icon";

export function CopyButton({ text, label }: { text: string; label: string }) {
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <Tooltip label={clipboard.copied ? "Copied" : label}>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => clipboard.copy(text)}
      >
        <Icon name={clipboard.copied ? "check" : "copy"} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
