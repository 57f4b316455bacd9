import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { bodyOf, client } from "./client";
import type { components } from "./schema";

export type Lineage = components["schemas"]["GraphOut"];
export type LineageNode = components["schemas"]["NodeOut"];
export type LineageEdge = components["schemas"]["EdgeOut"];
export type ColumnEdge = components["schemas"]["ColumnEdgeOut"];
export type MaskingMark = components["schemas"]["MaskingIn"];
export type Direction = "upstream" | "downstream" | "both";

export interface LineageQuestion {
  node: string;
  direction: Direction;
  depth: number;
  columns: boolean;
}

/** More than this and boxes stop being readable; the answer then says that it was cut. */
const MOST_NODES = 300;

export const lineageQuery = (question: LineageQuestion) =>
  queryOptions({
    queryKey: ["lineage", question],
    queryFn: () =>
      bodyOf(
        client.GET("/api/v2/lineage", { params: { query: { ...question, limit: MOST_NODES } } }),
      ),
  });

/** A person's word on whether what flows from one field to another is masked. */
export function useMarkMasking() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (mark: MaskingMark) => bodyOf(client.PUT("/api/v2/masking", { body: mark })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["lineage"] }),
  });
}
