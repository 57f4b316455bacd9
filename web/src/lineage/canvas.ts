/** What React Flow is given: a node with its place and colour, an edge with its stroke. */

import { type Edge, MarkerType, type Node } from "@xyflow/react";

import { type Drawn, type DrawnEdge, type DrawnNode, ends, fieldId } from "./graph";
import { type Position, sizeOf } from "./layout";
import type { Relation } from "./relations";

export interface AssetData extends Record<string, unknown> {
  asset: DrawnNode;
  color: string;
  relation: Relation | "none" | null;
  /** How each field stands to what is selected. */
  fields: { path: string; id: string; relation: Relation | "none" | null }[];
  select: (id: string) => void;
  unfold: (id: string) => void;
}

export type AssetFlowNode = Node<AssetData, "asset">;

interface CanvasNodes extends Pick<AssetData, "select" | "unfold"> {
  drawn: Drawn;
  positions: Record<string, Position>;
  relations: Map<string, Relation> | null;
}

export function canvasNodes({
  drawn,
  positions,
  relations,
  select,
  unfold,
}: CanvasNodes): AssetFlowNode[] {
  return drawn.nodes.map((asset) => ({
    id: asset.id,
    type: "asset",
    position: positions[asset.id] ?? { x: 0, y: 0 },
    ...sizeOf(asset),
    data: {
      asset,
      color: asset.restricted ? "restricted" : colorOf(asset.kind),
      relation: relationOf(relations, asset.id),
      fields: asset.fields.map((path) => {
        const id = fieldId(asset.id, path);
        return { path, id, relation: relationOf(relations, id) };
      }),
      select,
      unfold,
    },
  }));
}

export function canvasEdges(
  { nodes, edges }: Drawn,
  relations: Map<string, Relation> | null,
): Edge[] {
  const withFields = nodes.some(({ fields }) => fields.length > 0);
  return edges.map((edge) => {
    const relation = relationOf(relations, edge.id);
    const isColumn = edge.sourceField !== undefined;
    const color = strokeColor(edge, relation);
    return {
      id: edge.id,
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.sourceField ? `out:${edge.sourceField}` : "out",
      targetHandle: edge.targetField ? `in:${edge.targetField}` : "in",
      label: relation && relation !== "none" && isColumn ? howOf(edge) : undefined,
      ariaLabel: `${ends(edge).source} to ${ends(edge).target}`,
      // Where columns are drawn, the flows between tables stand back.
      style: {
        stroke: color,
        strokeWidth: relation && relation !== "none" ? 2.2 : 1.4,
        strokeDasharray: dashes(edge),
        opacity: relation === "none" ? 0.16 : withFields && !isColumn ? 0.32 : 1,
      },
      markerEnd: { type: MarkerType.ArrowClosed, color, width: 15, height: 15 },
      zIndex: relation && relation !== "none" ? 2 : 0,
    };
  });
}

const DASHES: Record<string, string> = { inferred: "7 5", declared: "2 4", manual: "9 4 2 4" };

function dashes({ provenance, sourceField, direct }: DrawnEdge): string | undefined {
  return sourceField === undefined ? DASHES[provenance] : direct ? undefined : "5 4";
}

function strokeColor({ masking }: DrawnEdge, relation: Relation | "none" | null): string {
  if (masking) return "var(--good)";
  if (relation === "upstream" || relation === "self") return "var(--dataset)";
  return relation === "downstream" ? "var(--model)" : "var(--edge)";
}

function howOf({ transformation, masking }: DrawnEdge): string | undefined {
  return [transformation, masking ? "masked" : null].filter(Boolean).join(", ") || undefined;
}

function relationOf(relations: Map<string, Relation> | null, id: string): Relation | "none" | null {
  return relations === null ? null : (relations.get(id) ?? "none");
}

function colorOf(kind: string): string {
  return kind === "job" || kind === "model" ? kind : "dataset";
}
