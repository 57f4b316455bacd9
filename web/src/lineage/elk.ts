/** The layout engine, in a worker: a large graph must not stop the page. */

import { queryOptions } from "@tanstack/react-query";
import ELK from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

import type { Drawn } from "./graph";
import { positions, question } from "./layout";

const elk = new ELK({ workerUrl });

export const layoutQuery = (drawn: Drawn) => {
  const asked = question(drawn);
  return queryOptions({
    queryKey: ["layout", JSON.stringify([asked.children, asked.edges])],
    queryFn: async () => positions(await elk.layout(asked)),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
};
