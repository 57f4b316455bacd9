/** Every model with its last verdict, and above them what waits for me. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { assetsQuery } from "../api/assets";
import { inboxQuery } from "../api/evaluations";
import { may, meQuery } from "../api/me";
import { text } from "../ui/search";
import { shellRoute } from "./shell";

const MOST_MODELS = 100;
export const modelsOf = (q: string | undefined) =>
  assetsQuery({ kind: "model", q, limit: MOST_MODELS });

export const modelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/models",
  validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: text(search.q) }),
  loaderDeps: ({ search: { q } }) => ({ q }),
  loader: async ({ context: { queries }, deps }) => {
    const [me] = await Promise.all([
      queries.ensureQueryData(meQuery),
      queries.ensureQueryData(modelsOf(deps.q)),
    ]);
    if (may(me, "approval:give")) await queries.ensureQueryData(inboxQuery);
  },
  component: lazyRouteComponent(() => import("./models.page"), "ModelsPage"),
});
