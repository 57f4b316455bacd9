// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test } from "vitest";

import { bodyOf, client, Problem } from "./client";
import * as session from "./session";

const network = globalThis.fetch;
let asked: Request[] = [];

/** Stands at the far edge: what a server would answer. */
function answering(status: number, body: object, type = "application/problem+json") {
  globalThis.fetch = (input) => {
    asked.push(input as Request);
    return Promise.resolve(
      new Response(JSON.stringify(body), { status, headers: { "content-type": type } }),
    );
  };
}

beforeEach(() => session.begin(" secret "));

afterEach(() => {
  globalThis.fetch = network;
  asked = [];
  session.end();
});

const me = () => bodyOf(client.GET("/api/v2/me"));

test("the token goes along as a bearer", async () => {
  answering(200, { subject: "user:ana" }, "application/json");
  expect((await me()).subject).toBe("user:ana");
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer secret");
});

test("a refusal is thrown in the server's own words", async () => {
  answering(403, {
    status: 403,
    code: "forbidden",
    title: "Forbidden",
    detail: "ana may not",
    request_id: "r-1",
  });
  const problem = await me().catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    status: 403,
    code: "forbidden",
    message: "ana may not",
    requestId: "r-1",
  });
});

test("a token that is no longer accepted ends the session", async () => {
  let ended = 0;
  const stop = session.onEnd(() => (ended += 1));
  answering(401, {
    status: 401,
    code: "unauthenticated",
    title: "Unauthorized",
    detail: "expired",
  });
  await expect(me()).rejects.toMatchObject({ status: 401 });
  stop();
  expect(session.token()).toBeNull();
  expect(ended).toBe(1);
});

test("an answer that is no problem document is still a problem", async () => {
  globalThis.fetch = () => Promise.resolve(new Response("<h1>Bad gateway</h1>", { status: 502 }));
  await expect(me()).rejects.toMatchObject({ status: 502, code: "status_502" });
});

test("silence is said to be silence", async () => {
  globalThis.fetch = () => Promise.reject(new TypeError("fetch failed"));
  await expect(me()).rejects.toMatchObject({ status: 0, code: "unreachable" });
});
