/** The picture: React Flow draws what ELK has laid out. Loaded only where a graph is shown. */

import "@xyflow/react/dist/style.css";

import { useComputedColorScheme } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import {
  Background,
  BackgroundVariant,
  Controls,
  MiniMap,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { useEffect, useMemo } from "react";

import { AssetNode } from "./AssetNode";
import classes from "./LineageCanvas.module.css";
import { canvasEdges, canvasNodes } from "./canvas";
import { layoutQuery } from "./elk";
import type { Drawn } from "./graph";
import { Legend } from "./Legend";
import type { Relation } from "./relations";

const NODE_TYPES = { asset: AssetNode };
/** The legend lies at the top, the controls at the left below. */
const MARGIN = { top: "64px", right: "40px", bottom: "40px", left: "56px" } as const;
/** Above this, nodes outside the window are left out of the page. */
const MANY = 120;
/** Below this, a map beside the picture would show nothing new. */
const MAPPED = 16;

interface LineageCanvasProps {
  drawn: Drawn;
  relations: Map<string, Relation> | null;
  select: (id: string | undefined) => void;
  unfold: (id: string) => void;
}

export default function LineageCanvas(props: LineageCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ drawn, relations, select, unfold }: LineageCanvasProps) {
  const { data: positions } = useSuspenseQuery(layoutQuery(drawn));
  const nodes = useMemo(
    () => canvasNodes({ drawn, positions, relations, select, unfold }),
    [drawn, positions, relations, select, unfold],
  );
  const edges = useMemo(() => canvasEdges(drawn, relations), [drawn, relations]);
  const colorMode = useComputedColorScheme("light");
  const { fitView } = useReactFlow();
  useEffect(() => {
    const near = drawn.nodes.filter(({ id, depth }) => depth <= 1 && positions[id] !== undefined);
    if (near.length === 0) return;
    // On a small screen the whole would be too small to read: begin at the root and what is next to it.
    const narrow = window.matchMedia("(max-width: 48em)").matches;
    void fitView({
      padding: MARGIN,
      maxZoom: 1,
      minZoom: narrow ? 0.6 : 0.25,
      duration: 250,
      nodes: narrow ? near : undefined,
    });
  }, [drawn, positions, fitView]);
  return (
    <ReactFlow
      className={classes.canvas}
      aria-label="Lineage graph"
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      colorMode={colorMode}
      onNodeClick={(_, { id }) => select(id)}
      onPaneClick={() => select(undefined)}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      onlyRenderVisibleElements={nodes.length > MANY}
      minZoom={0.08}
      maxZoom={1.8}
      fitView
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1} />
      <Controls showInteractive={false} />
      {nodes.length > MAPPED && (
        <MiniMap
          pannable
          zoomable
          className={classes.map}
          style={{ width: 150, height: 96 }}
          nodeColor={({ data }) => `var(--${String(data.color)})`}
        />
      )}
      <Panel position="top-left">
        <Legend columns={drawn.nodes.some(({ fields }) => fields.length > 0)} />
      </Panel>
    </ReactFlow>
  );
}
