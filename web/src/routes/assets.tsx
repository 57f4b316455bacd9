/** Everything in the catalog, searched and filtered; all of it in the URL. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { assetsQuery, namespacesQuery } from "../api/assets";
import { type AssetSearch, CERTIFICATIONS, KINDS } from "../assets/filter";
import { choice, text, whole } from "../ui/search";
import { shellRoute } from "./shell";

export const PER_PAGE = 50;

/** What the API is asked: everything in the URL but the number of the page, which only counts. */
export const filterOf = (search: AssetSearch) => ({ ...search, page: undefined, limit: PER_PAGE });

export const assetsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/assets",
  validateSearch: (search: Record<string, unknown>): AssetSearch => ({
    q: text(search.q),
    kind: choice(search.kind, KINDS),
    namespace: text(search.namespace),
    owner: text(search.owner),
    tag: text(search.tag),
    certification: choice(search.certification, CERTIFICATIONS),
    cursor: text(search.cursor),
    page: whole(search.page, { least: 2, most: 100_000 }),
  }),
  loaderDeps: ({ search }) => search,
  loader: async ({ context, deps }) => {
    await Promise.all([
      context.queries.ensureQueryData(assetsQuery(filterOf(deps))),
      context.queries.ensureQueryData(namespacesQuery),
    ]);
  },
  component: lazyRouteComponent(() => import("./assets.page"), "AssetsPage"),
});
