/** A model: its versions and the stages they hold, what the gate last said, and why. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { assetQuery } from "../api/assets";
import { evaluationsQuery } from "../api/evaluations";
import { meQuery } from "../api/me";
import { type ModelName, modelVersionsQuery } from "../api/models";
import { text } from "../ui/search";
import { shellRoute } from "./shell";

export const evaluationsOf = (model: ModelName) => evaluationsQuery({ ...model, limit: 50 });
export const assetOf = (model: ModelName) => assetQuery({ kind: "model", ...model });

interface ModelSearch extends ModelName {
  version?: string;
  stage?: string;
}

export const modelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/model",
  validateSearch: (search: Record<string, unknown>): ModelSearch => ({
    namespace: text(search.namespace) ?? "",
    name: text(search.name) ?? "",
    version: text(search.version),
    stage: text(search.stage),
  }),
  loaderDeps: ({ search: { namespace, name } }): ModelName => ({ namespace, name }),
  loader: ({ context: { queries }, deps }) =>
    Promise.all([
      queries.ensureQueryData(assetOf(deps)),
      queries.ensureQueryData(modelVersionsQuery(deps)),
      queries.ensureQueryData(evaluationsOf(deps)),
      queries.ensureQueryData(meQuery),
    ]),
  component: lazyRouteComponent(() => import("./model.page"), "ModelPage"),
});
