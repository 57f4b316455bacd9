import { Accordion, Code, Text } from "@mantine/core";

import type { AssetDetail } from "../api/assets";
import { Empty } from "../ui/Empty";

/** Every facet as the producer sent it, folded. */
export function FacetList({ facets }: { facets: AssetDetail["facets"] }) {
  const known = Object.entries(facets).filter(([, body]) => body !== null);
  if (known.length === 0) {
    return (
      <Empty icon="tag" title="No facets">
        Producers say more about an asset in facets: schema, documentation, ownership, source code,
        quality.
      </Empty>
    );
  }
  return (
    <Accordion multiple variant="default" chevronPosition="left">
      {known.map(([key, body]) => (
        <Accordion.Item key={key} value={key}>
          <Accordion.Control>
            <Text ff="monospace" fz="sm">
              {key}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            <Code block>{JSON.stringify(body, null, 2)}</Code>
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}
