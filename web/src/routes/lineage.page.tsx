import { Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";

import { AssetPicker } from "../lineage/AssetPicker";
import { LineageBoard } from "../lineage/LineageBoard";
import { AssetLink } from "../ui/AssetLink";
import { KindMark } from "../ui/KindMark";
import { assetId, type Node, parseNode } from "../ui/node";
import { Page } from "../ui/Page";

const route = getRouteApi("/shell/lineage");

export function LineagePage() {
  const { node, ...view } = route.useSearch();
  if (node === undefined) {
    return (
      <Page
        title="Lineage"
        subtitle={<Text c="dimmed">Where data comes from, and where it goes</Text>}
      >
        <AssetPicker />
      </Page>
    );
  }
  const named = parseNode(node);
  return (
    <Page
      title={named ? named.name : node}
      mark={<KindMark kind={named?.kind ?? "restricted"} size={40} />}
      subtitle={named && <Whose node={named} />}
      wide
    >
      <LineageBoard view={{ node, ...view }} />
    </Page>
  );
}

function Whose({ node }: { node: Node }) {
  const asset = parseNode(assetId(node) ?? "");
  return (
    <Text c="dimmed" fz="sm" component="div">
      Lineage of a {node.kind} in {node.namespace}
      {asset && (
        <>
          {" · "}
          <AssetLink node={asset}>open its page</AssetLink>
        </>
      )}
    </Text>
  );
}
