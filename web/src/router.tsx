/** Every page in its place, and what stands in for one while it loads, fails or is not there. */

import { Center, Loader } from "@mantine/core";
import { QueryClient } from "@tanstack/react-query";
import { createRouter, type ErrorComponentProps, useRouter } from "@tanstack/react-router";

import { Problem } from "./api/client";
import * as session from "./api/session";
import { assetsRoute } from "./routes/assets";
import { datasetRoute } from "./routes/dataset";
import { evaluationRoute } from "./routes/evaluation";
import { homeRoute } from "./routes/home";
import { jobRoute } from "./routes/job";
import { lineageRoute } from "./routes/lineage";
import { modelRoute } from "./routes/model";
import { modelsRoute } from "./routes/models";
import { rootRoute } from "./routes/root";
import { shellRoute } from "./routes/shell";
import { signInRoute } from "./routes/sign-in";
import { Empty } from "./ui/Empty";
import { ErrorNotice } from "./ui/ErrorNotice";
import { ButtonTo } from "./ui/links";
import { Page } from "./ui/Page";
import { parseSearch, stringifySearch } from "./ui/search";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal stays one however often it is asked; only silence and a busy server are worth another try.
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status === 503),
      refetchOnWindowFocus: true,
    },
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signInRoute,
    shellRoute.addChildren([
      homeRoute,
      assetsRoute,
      datasetRoute,
      jobRoute,
      lineageRoute,
      modelsRoute,
      modelRoute,
      evaluationRoute,
    ]),
  ]),
  context: { queries },
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  // The query client knows how old an answer is.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: Pending,
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: Missing,
});

session.onEnd(() => {
  queries.clear();
  const { href, pathname } = router.state.location;
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { next: href } });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function Pending() {
  return (
    <Center h={320} component="output" aria-label="Loading">
      <Loader />
    </Center>
  );
}

function Failed({ error }: ErrorComponentProps) {
  const { invalidate } = useRouter();
  return (
    <Page title="Something is in the way">
      <ErrorNotice
        error={error instanceof Error ? error : new Error(String(error))}
        retry={() => void invalidate()}
      />
    </Page>
  );
}

function Missing() {
  return (
    <Page title="No such page">
      <Empty
        icon="search"
        title="There is nothing at this address"
        action={<ButtonTo to="/assets">All assets</ButtonTo>}
      >
        The link may be cut short. Everything in the catalog can be found from the list of assets.
      </Empty>
    </Page>
  );
}
