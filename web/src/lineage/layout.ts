/** Where each node stands: what ELK is asked, and what its answer means. Pure; the asking is in elk.ts. */

import type { ElkNode } from "elkjs/lib/elk-api";

import type { Drawn, DrawnNode } from "./graph";

const WIDTH = 244;
const HEAD_HEIGHT = 58;
// A job is a station between two assets, so it is drawn smaller.
const JOB_WIDTH = 190;
const JOB_HEIGHT = 40;
const FIELD_HEIGHT = 26;
const FIELD_PADDING = 10;

export interface Position {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export function sizeOf({ kind, fields }: Pick<DrawnNode, "kind" | "fields">): Size {
  if (kind === "job") return { width: JOB_WIDTH, height: JOB_HEIGHT };
  return {
    width: WIDTH,
    height: HEAD_HEIGHT + (fields.length > 0 ? fields.length * FIELD_HEIGHT + FIELD_PADDING : 0),
  };
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.layered.spacing.nodeNodeBetweenLayers": "52",
  "elk.spacing.nodeNode": "26",
  "elk.spacing.componentComponent": "48",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
};
// Room for what an edge between columns says of itself.
const ROOMY = { "elk.layered.spacing.nodeNodeBetweenLayers": "104" };
// Measured on 2,000 nodes: these two make the layout several times quicker, at the price of a few crossings.
const LARGE = 200;
const QUICK = { "elk.layered.thoroughness": "1", "elk.layered.nodePlacement.strategy": "SIMPLE" };

export function question({ nodes, edges }: Drawn): ElkNode {
  const columns = nodes.some(({ fields }) => fields.length > 0);
  const pairs = new Map(
    edges.map(({ source, target }) => [`${source} → ${target}`, { source, target }]),
  );
  return {
    id: "root",
    layoutOptions: {
      ...OPTIONS,
      ...(columns ? ROOMY : {}),
      ...(nodes.length > LARGE ? QUICK : {}),
    },
    children: nodes.map((node) => ({ id: node.id, ...sizeOf(node) })),
    edges: [...pairs].map(([id, { source, target }]) => ({
      id,
      sources: [source],
      targets: [target],
    })),
  };
}

export function positions({ children = [] }: ElkNode): Record<string, Position> {
  return Object.fromEntries(children.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}
