/** Where data comes from and where it goes: tables and columns, as a graph and as a table. */

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { lineageQuery } from "../api/lineage";
import { type LineageView, lineageView, questions } from "../lineage/view";
import { shellRoute } from "./shell";

export const lineageRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/lineage",
  validateSearch: lineageView,
  loaderDeps: ({ search: { node, direction, depth, columns, expand } }): LineageView => ({
    node,
    direction,
    depth,
    columns,
    expand,
  }),
  loader: ({ context: { queries }, deps: { node, ...view } }) =>
    node === undefined
      ? []
      : Promise.all(
          questions({ node, ...view }).map((question) =>
            queries.ensureQueryData(lineageQuery(question)),
          ),
        ),
  component: lazyRouteComponent(() => import("./lineage.page"), "LineagePage"),
});
