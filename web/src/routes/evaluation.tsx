/** One evaluation at an address of its own, to send to a colleague. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { type Evaluation, evaluationQuery, evaluationsQuery } from "../api/evaluations";
import { meQuery } from "../api/me";
import { modelVersionsQuery } from "../api/models";
import { shellRoute } from "./shell";

export const newest = ({ model, stage }: Evaluation) =>
  evaluationsQuery({ ...model, stage, limit: 1 });

export const evaluationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/evaluations/$id",
  loader: async ({ context: { queries }, params }) => {
    const evaluation = await queries.ensureQueryData(evaluationQuery(params.id));
    await Promise.all([
      queries.ensureQueryData(modelVersionsQuery(evaluation.model)),
      queries.ensureQueryData(newest(evaluation)),
      queries.ensureQueryData(meQuery),
    ]);
  },
  component: lazyRouteComponent(() => import("./evaluation.page"), "EvaluationPage"),
});
