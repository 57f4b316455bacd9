import { Box, Code } from "@mantine/core";

import { CopyButton } from "./CopyButton";

export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <Box pos="relative">
      <Box pos="absolute" top={8} right={8}>
        <CopyButton text={text} label={`Copy the ${label}`} />
      </Box>
      <Code
        block
        p="md"
        pr={48}
        fz="sm"
        style={{ borderRadius: 0, background: "transparent", overflowX: "auto" }}
        tabIndex={0}
      >
        {text}
      </Code>
    </Box>
  );
}
