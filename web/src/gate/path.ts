/** A finding's path made ready to draw: what flows, and by which job or run it got there. */

import type { Finding } from "../api/evaluations";
import { assetId, type Node, parseNode } from "../ui/node";

export interface PathStep {
  id: string;
  /** Null where the reader may not know what stands here. */
  node: Node | null;
  /** The jobs and runs between the step before and this one. */
  via: PathVia[];
}

export interface PathVia {
  id: string;
  node: Node;
}

/** The path with its jobs and runs moved onto the arrows; those at an end stay steps, so nothing is lost. */
export function steps(path: readonly string[]): PathStep[] {
  const found: PathStep[] = [];
  let via: PathVia[] = [];
  for (const [position, id] of path.entries()) {
    const node = parseNode(id);
    const inside = position > 0 && position < path.length - 1;
    if (node !== null && inside && (node.kind === "job" || node.kind === "run")) {
      via.push({ id, node });
      continue;
    }
    found.push({ id, node, via });
    via = [];
  }
  return found;
}

export interface Hop {
  source: Node;
  target: Node;
}

/** The flows from field to field along a path: where a masking could be marked. */
export function fieldHops({ path }: Pick<Finding, "path">): Hop[] {
  const drawn = steps(path);
  return drawn.flatMap(({ node }, position) => {
    const before = drawn[position - 1]?.node;
    return before?.kind === "field" && node?.kind === "field" && before.part && node.part
      ? [{ source: before, target: node }]
      : [];
  });
}

export interface PathView {
  node: string;
  selected: string;
  depth: number;
}

/** Where in the lineage a path can be seen: at its last asset and as deep as it began, its last column selected. */
export function viewOf(path: readonly string[]): PathView | null {
  const drawn = steps(path);
  const last = drawn.findLast(({ node }) => node !== null && node.kind !== "run");
  const asset = last?.node && assetId(last.node);
  if (!last || !asset) return null;
  const depth = Math.min(20, Math.max(2, (drawn.length - 1) * 2));
  const field = drawn.findLast(({ node }) => node?.kind === "field");
  return { node: asset, selected: field?.id ?? asset, depth };
}
