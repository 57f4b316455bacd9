import { createRoute, redirect } from "@tanstack/react-router";

import { shellRoute } from "./shell";

export const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/assets" });
  },
});
