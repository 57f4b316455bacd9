/** A job: what it does, whose it is, how its runs went, the SQL it runs. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { type AssetName, assetQuery } from "../api/assets";
import { meQuery } from "../api/me";
import { choice, text } from "../ui/search";
import { shellRoute } from "./shell";

export const TABS = ["runs", "sql", "facets"] as const;

interface JobSearch {
  namespace: string;
  name: string;
  tab?: (typeof TABS)[number];
}

export const jobRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/job",
  validateSearch: (search: Record<string, unknown>): JobSearch => ({
    namespace: text(search.namespace) ?? "",
    name: text(search.name) ?? "",
    tab: choice(search.tab, TABS),
  }),
  loaderDeps: ({ search: { namespace, name } }): AssetName => ({ kind: "job", namespace, name }),
  loader: ({ context, deps }) =>
    Promise.all([
      context.queries.ensureQueryData(assetQuery(deps)),
      context.queries.ensureQueryData(meQuery),
    ]),
  component: lazyRouteComponent(() => import("./job.page"), "JobPage"),
});
