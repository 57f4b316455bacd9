/** What leads to the selected node or column and what comes from it: the rest steps back. */

import { assetId, parseNode } from "../ui/node";
import { type Drawn, type DrawnEdge, ends } from "./graph";

export type Relation = "self" | "upstream" | "downstream";

/** Nodes, fields and edges on the ways to and from what is selected, by id; null when nothing is. */
export function related(
  { nodes, edges }: Drawn,
  selected: string | undefined,
): Map<string, Relation> | null {
  const chosen = selected ? parseNode(selected) : null;
  const known =
    selected !== undefined && (nodes.some(({ id }) => id === selected) || chosen?.kind === "field");
  if (!known) return null;
  const byColumn = chosen?.kind === "field";
  const steps = edges.filter(({ sourceField }) => (sourceField !== undefined) === byColumn);
  const found = new Map<string, Relation>([[selected, "self"]]);
  const asset = chosen && assetId(chosen);
  if (asset) found.set(asset, "self");
  follow(steps, selected, "upstream", found);
  follow(steps, selected, "downstream", found);
  return found;
}

function follow(
  edges: readonly DrawnEdge[],
  start: string,
  relation: "upstream" | "downstream",
  found: Map<string, Relation>,
) {
  const queue = [start];
  const seen = new Set(queue);
  for (let here = queue.pop(); here !== undefined; here = queue.pop()) {
    for (const edge of edges) {
      const { source, target } = ends(edge);
      const [near, far, asset] =
        relation === "upstream" ? [target, source, edge.source] : [source, target, edge.target];
      if (near !== here) continue;
      for (const id of [edge.id, far, asset]) if (!found.has(id)) found.set(id, relation);
      if (!seen.has(far)) {
        seen.add(far);
        queue.push(far);
      }
    }
  }
}
