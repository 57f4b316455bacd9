/** The same as the picture, to be read line by line. */

import { Stack, Table, Text, Title } from "@mantine/core";

import type { ReactNode } from "react";

import tables from "../assets/AssetTable.module.css";
import { CertificationBadge } from "../ui/Badges";
import { NodeLink } from "../ui/AssetLink";
import { person } from "../ui/format";
import { type Drawn, type DrawnNode, ends } from "./graph";

export function LineageTable({ drawn }: { drawn: Drawn }) {
  const names = new Map(drawn.nodes.map((node) => [node.id, node]));
  const columns = drawn.edges.filter(({ sourceField }) => sourceField !== undefined);
  const flows = drawn.edges.filter(({ sourceField }) => sourceField === undefined);
  return (
    <Stack gap="lg" p="md">
      <Assets nodes={drawn.nodes} />
      {columns.length > 0 && (
        <Section title="Flows between columns" head={["From", "To", "How"]}>
          {columns.map((edge) => (
            <Table.Tr key={edge.id}>
              <Table.Td>
                <NodeLink id={ends(edge).source} />
              </Table.Td>
              <Table.Td>
                <NodeLink id={ends(edge).target} />
              </Table.Td>
              <Table.Td>
                <Text fz="sm" c="dimmed">
                  {[
                    edge.transformation,
                    edge.direct ? null : "steers only",
                    edge.masking ? "masked" : null,
                  ]
                    .filter(Boolean)
                    .join(", ")}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Section>
      )}
      <Section title="Flows" head={["From", "To", "How we know"]}>
        {flows.map((edge) => (
          <Table.Tr key={edge.id}>
            <Table.Td>
              <Named node={names.get(edge.source)} />
            </Table.Td>
            <Table.Td>
              <Named node={names.get(edge.target)} />
            </Table.Td>
            <Table.Td>
              <Text fz="sm" c="dimmed">
                {edge.provenance}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Section>
    </Stack>
  );
}

function Assets({ nodes }: { nodes: readonly DrawnNode[] }) {
  return (
    <Section title="Assets" head={["Name", "Kind", "Steps away", "Owner", "Certification"]}>
      {nodes.map((node) => (
        <Table.Tr key={node.id}>
          <Table.Td>
            <Named node={node} />
          </Table.Td>
          <Table.Td>
            <Text fz="sm">{node.kind}</Text>
          </Table.Td>
          <Table.Td>
            <Text fz="sm">{node.depth}</Text>
          </Table.Td>
          <Table.Td>
            <Text fz="sm">{node.owner ? person(node.owner) : "–"}</Text>
          </Table.Td>
          <Table.Td>
            {!node.restricted && (
              <CertificationBadge certification={node.certification ?? "none"} />
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </Section>
  );
}

function Named({ node }: { node: DrawnNode | undefined }) {
  if (!node || node.restricted) return <Text c="dimmed">Restricted</Text>;
  return <NodeLink id={node.id} />;
}

function Section({
  title,
  head,
  children,
}: {
  title: string;
  head: string[];
  children: ReactNode;
}) {
  return (
    <Stack gap="xs" component="section">
      <Title order={2}>{title}</Title>
      <Table.ScrollContainer minWidth={460}>
        <Table className={tables.table} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {head.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
