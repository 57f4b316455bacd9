/** What the lineage page keeps in its URL. */

import type { Direction, LineageQuestion } from "../api/lineage";
import { parseNode } from "../ui/node";
import { choice, flag, text, whole } from "../ui/search";

export const DIRECTIONS: readonly Direction[] = ["upstream", "both", "downstream"];
export const DEEPEST = 20;

export interface LineageView {
  node?: string;
  direction?: Direction;
  depth?: number;
  columns?: boolean;
  selected?: string;
  /** Ids of the nodes unfolded one by one, parted by commas. */
  expand?: string;
  as?: "table";
}

export function lineageView(search: Record<string, unknown>): LineageView {
  return {
    node: text(search.node),
    direction: choice(search.direction, DIRECTIONS),
    depth: whole(search.depth, { least: 1, most: DEEPEST }),
    columns: flag(search.columns),
    selected: text(search.selected),
    expand: text(search.expand),
    as: choice(search.as, ["table"] as const),
  };
}

/** A job stands between datasets, so two steps lead from dataset to dataset, and an odd number from a job. */
export function usualDepth(node: string): number {
  return parseNode(node)?.kind === "job" ? 1 : 2;
}

/** One call for the whole, and one for each node that was unfolded. */
export function questions(
  view: LineageView & { node: string },
): [LineageQuestion, ...LineageQuestion[]] {
  const { node, direction = "both", columns = false } = view;
  const unfolded = (view.expand?.split(",") ?? []).filter((id) => parseNode(id) !== null);
  return [
    { node, direction, depth: view.depth ?? usualDepth(node), columns },
    ...unfolded.map((id): LineageQuestion => ({
      node: id,
      direction,
      depth: usualDepth(id),
      columns,
    })),
  ];
}
