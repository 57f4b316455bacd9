import { expect, test } from "vitest";

import { choice, flag, parseSearch, stringifySearch, whole } from "./search";

test("state goes into a URL and comes back", () => {
  const query = stringifySearch({ node: "dataset:a%3A:b", depth: 4, columns: true, q: "a b&c" });
  expect(query).toBe("?node=dataset%3Aa%253A%3Ab&depth=4&columns=true&q=a+b%26c");
  expect(parseSearch(query)).toEqual({
    node: "dataset:a%3A:b",
    depth: "4",
    columns: "true",
    q: "a b&c",
  });
});

test("what is empty or false leaves no trace in the URL", () => {
  expect(stringifySearch({ q: "", kind: undefined, columns: false, cursor: null })).toBe("");
});

test("numbers stay words, so that a search for 007 is a search for 007", () => {
  expect(parseSearch("?q=007")).toEqual({ q: "007" });
});

test("nonsense in a URL is as if it was not there", () => {
  expect(whole("abc", { least: 1, most: 20 })).toBeUndefined();
  expect(whole("99", { least: 1, most: 20 })).toBe(20);
  expect(choice("sideways", ["upstream", "both"])).toBeUndefined();
  expect(flag("yes")).toBeUndefined();
});
