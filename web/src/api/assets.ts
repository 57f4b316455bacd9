import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { bodyOf, client } from "./client";
import type { components, paths } from "./schema";

export type AssetSummary = components["schemas"]["AssetOut"];
export type AssetDetail = components["schemas"]["AssetDetail"];
export type AssetPatch = components["schemas"]["AssetEdit"];
export type FieldDetail = components["schemas"]["FieldOut"];
export type AssetFilter = NonNullable<paths["/api/v2/assets"]["get"]["parameters"]["query"]>;
export type AssetKind = NonNullable<AssetFilter["kind"]>;
export type Certification = NonNullable<AssetFilter["certification"]>;

export interface AssetName {
  kind: AssetKind;
  namespace: string;
  name: string;
}

export const assetsQuery = (filter: AssetFilter) =>
  queryOptions({
    queryKey: ["assets", filter],
    queryFn: () => bodyOf(client.GET("/api/v2/assets", { params: { query: filter } })),
    placeholderData: keepPreviousData,
  });

export const namespacesQuery = queryOptions({
  queryKey: ["namespaces"],
  queryFn: () => bodyOf(client.GET("/api/v2/namespaces")),
  staleTime: 60_000,
});

export const assetQuery = ({ kind, namespace, name }: AssetName) =>
  queryOptions({
    queryKey: ["asset", kind, namespace, name],
    queryFn: () =>
      bodyOf(client.GET("/api/v2/asset", { params: { query: { kind, namespace, name } } })),
  });

export function useEditAsset(edited: Pick<AssetSummary, "kind" | "namespace" | "name">) {
  const { namespace, name } = edited;
  // Answers call the kind a string, questions one of three; it is the same word.
  const kind = edited.kind as AssetKind;
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (patch: AssetPatch) =>
      bodyOf(
        client.PATCH("/api/v2/asset", {
          params: { query: { kind, namespace, name } },
          body: patch,
        }),
      ),
    onSuccess: (asset) => {
      queries.setQueryData(assetQuery({ kind, namespace, name }).queryKey, asset);
      void queries.invalidateQueries({ queryKey: ["assets"] });
      void queries.invalidateQueries({ queryKey: ["lineage"] });
    },
  });
}
