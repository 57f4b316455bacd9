import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { bodyOf, client } from "./client";
import type { components } from "./schema";

export type ModelVersion = components["schemas"]["ModelVersionOut"];
export type Evidence = components["schemas"]["EvidenceOut"];
export type Stage = components["schemas"]["StageOut"];

export interface ModelName {
  namespace: string;
  name: string;
}

export const modelVersionsQuery = ({ namespace, name }: ModelName) =>
  queryOptions({
    queryKey: ["model-versions", namespace, name],
    queryFn: () =>
      bodyOf(client.GET("/api/v2/model-versions", { params: { query: { namespace, name } } })),
  });

export const evidenceQuery = ({ namespace, name, version }: ModelName & { version: string }) =>
  queryOptions({
    queryKey: ["evidence", namespace, name, version],
    queryFn: () =>
      bodyOf(client.GET("/api/v2/evidence", { params: { query: { namespace, name, version } } })),
  });

export const stagesQuery = queryOptions({
  queryKey: ["stages"],
  queryFn: () => bodyOf(client.GET("/api/v2/stages")),
  staleTime: 300_000,
});

/** Asks for the promotion that an evaluation allows; the server refuses when anything has changed since. */
export function usePromote() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (promotion: components["schemas"]["PromotionIn"]) =>
      bodyOf(client.POST("/api/v2/promotions", { body: promotion })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["model-versions"] });
      void queries.invalidateQueries({ queryKey: ["evaluations"] });
    },
  });
}
