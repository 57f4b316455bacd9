/** The one door to the API: adds the token, and turns every refusal into a Problem. */

import createClient, { type Middleware } from "openapi-fetch";

import type { paths } from "./schema";
import * as session from "./session";

/** A refusal as the server words it (application/problem+json), or `unreachable` when no answer came. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | null = null,
  ) {
    super(detail || title);
    this.name = "Problem";
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => ({}));
  const text = (key: string) => {
    const value = (body as Record<string, unknown> | null)?.[key];
    return typeof value === "string" ? value : "";
  };
  return new Problem(
    response.status,
    text("code") || `status_${response.status}`,
    text("title") || response.statusText || `Status ${response.status}`,
    text("detail"),
    text("request_id") || response.headers.get("x-request-id"),
  );
}

const middleware: Middleware = {
  onRequest({ request }) {
    const token = session.token();
    if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return;
    const problem = await problemOf(response);
    if (problem.status === 401) session.end();
    throw problem;
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    return new Problem(
      0,
      "unreachable",
      "The server does not answer",
      "No connection to Sluice. Is it still running?",
    );
  },
};

export const client = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up at each call, so that a test can put another fetch in its place.
  fetch: (request) => globalThis.fetch(request),
});
client.use(middleware);

/** The body of an answer; every refusal was thrown before it got here. */
export async function bodyOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined)
    throw new Problem(0, "empty", "The answer was empty", "The server sent no body.");
  return data;
}
