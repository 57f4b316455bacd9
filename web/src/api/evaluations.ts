import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { bodyOf, client } from "./client";
import type { components, paths } from "./schema";

export type Evaluation = components["schemas"]["EvaluationOut"];
/** What a list holds: no findings. */
export type EvaluationSummary = components["schemas"]["EvaluationSummary"];
export type RuleResult = components["schemas"]["ResultOut"];
export type Finding = components["schemas"]["FindingOut"];
export type RequiredApproval = components["schemas"]["ApprovalStateOut"];
export type Verdict = Evaluation["verdict"];
export type EvaluationFilter = NonNullable<
  paths["/api/v2/evaluations"]["get"]["parameters"]["query"]
>;

export const evaluationsQuery = (filter: EvaluationFilter) =>
  queryOptions({
    queryKey: ["evaluations", filter],
    queryFn: () => bodyOf(client.GET("/api/v2/evaluations", { params: { query: filter } })),
  });

export const evaluationQuery = (id: string) =>
  queryOptions({
    queryKey: ["evaluation", id],
    queryFn: () =>
      bodyOf(
        client.GET("/api/v2/evaluations/{evaluation_id}", {
          params: { path: { evaluation_id: id } },
        }),
      ),
  });

export const inboxQuery = queryOptions({
  queryKey: ["inbox"],
  queryFn: () => bodyOf(client.GET("/api/v2/inbox")),
});

export function useEvaluate() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["EvaluationIn"]) =>
      bodyOf(client.POST("/api/v2/evaluations", { body })),
    onSuccess: (evaluation) => {
      queries.setQueryData(evaluationQuery(evaluation.id).queryKey, evaluation);
      void queries.invalidateQueries({ queryKey: ["evaluations"] });
      void queries.invalidateQueries({ queryKey: ["inbox"] });
    },
  });
}

export function useApprove() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["ApprovalIn"]) =>
      bodyOf(client.POST("/api/v2/approvals", { body })),
    onSuccess: () => {
      for (const key of ["evaluation", "evaluations", "inbox"])
        void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
