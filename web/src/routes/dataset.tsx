/** A dataset: what it is, whose, how sure, its fields, its runs. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { type AssetName, assetQuery } from "../api/assets";
import { meQuery } from "../api/me";
import { choice, text } from "../ui/search";
import { shellRoute } from "./shell";

export const TABS = ["fields", "runs", "facets"] as const;

interface DatasetSearch {
  namespace: string;
  name: string;
  /** The field that a link leads to. */
  field?: string;
  tab?: (typeof TABS)[number];
}

export const datasetRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/dataset",
  validateSearch: (search: Record<string, unknown>): DatasetSearch => ({
    namespace: text(search.namespace) ?? "",
    name: text(search.name) ?? "",
    field: text(search.field),
    tab: choice(search.tab, TABS),
  }),
  loaderDeps: ({ search: { namespace, name } }): AssetName => ({
    kind: "dataset",
    namespace,
    name,
  }),
  loader: ({ context, deps }) =>
    Promise.all([
      context.queries.ensureQueryData(assetQuery(deps)),
      context.queries.ensureQueryData(meQuery),
    ]),
  component: lazyRouteComponent(() => import("./dataset.page"), "DatasetPage"),
});
