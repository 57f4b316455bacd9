import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

import { bodyOf, client } from "./client";
import type { components } from "./schema";
import * as session from "./session";

export type Me = components["schemas"]["MeOut"];

const whoAmI = () => bodyOf(client.GET("/api/v2/me"));

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: whoAmI,
  staleTime: 60_000,
});

/** Begins a session with the token, if the server knows it. */
export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => {
      session.begin(token);
      // Not through the cache: a refusal ends the session, which empties the cache and all that waits in it.
      return whoAmI();
    },
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
    },
  });
}

export type Action =
  | "approval:give"
  | "asset:certify"
  | "asset:classify"
  | "asset:edit"
  | "gate:evaluate"
  | "promotion:request";

export function may(me: Me, action: Action): boolean {
  return me.actions.includes(action);
}

/** Whether the signed-in actor may do the action somewhere; the server decides for the thing itself. */
export function useMay(action: Action): boolean {
  return may(useSuspenseQuery(meQuery).data, action);
}
