import { expect, test } from "vitest";

import { node, report } from "./example";
import { draw, merge } from "./graph";

test("without columns every job is drawn between its datasets", () => {
  const { nodes, edges } = draw(report, { columns: false });
  expect(nodes.map(({ kind }) => kind)).toContain("job");
  expect(edges).toHaveLength(3);
});

test("with columns a job with one output is folded into the edges, and fields are attached", () => {
  const { nodes, edges } = draw(report, { columns: true });
  expect(nodes.map(({ id }) => id)).not.toContain("job:w:join");
  expect(nodes.find(({ id }) => id === "dataset:w:report")?.fields).toEqual(["domain", "total"]);
  const folded = edges.find(({ id }) => id === "dataset:w:orders → dataset:w:report");
  expect(folded?.jobs).toEqual(["job:w:join"]);
  expect(edges.find(({ targetField }) => targetField === "total")?.transformation).toBe(
    "aggregation",
  );
});

test("a job of many inputs and outputs stays, for folding it would draw flows that nobody observed", () => {
  const graph = {
    ...report,
    nodes: [...report.nodes, node("dataset:w:audit")],
    edges: [
      ...report.edges,
      { source: "job:w:join", target: "dataset:w:audit", provenance: "explicit" },
    ],
  };
  expect(draw(graph, { columns: true }).nodes.map(({ id }) => id)).toContain("job:w:join");
});

test("a job that one began at is never folded away", () => {
  const { nodes } = draw({ ...report, root: "job:w:join" }, { columns: true });
  expect(nodes.map(({ id }) => id)).toContain("job:w:join");
});

test("unfolding a node adds what is behind it and takes its count away", () => {
  const orders = "dataset:w:orders";
  const behind = {
    root: orders,
    nodes: [node(orders, { depth: 0 }), node("job:w:load")],
    edges: [{ source: "job:w:load", target: orders, provenance: "explicit" }],
    column_edges: [],
    truncated: false,
  };
  const merged = merge([report, behind]);
  expect(merged.nodes).toHaveLength(5);
  expect(merged.nodes.find(({ id }) => id === orders)?.more_upstream).toBe(0);
});

function hidden(root: string) {
  return {
    root,
    nodes: [node(root), node("restricted:1", { restricted: true, namespace: null, name: null })],
    edges: [{ source: "restricted:1", target: root, provenance: "explicit" }],
    column_edges: [],
    truncated: false,
  };
}

test("restricted nodes of two answers are never taken for each other", () => {
  const merged = merge([hidden("dataset:w:a"), hidden("dataset:w:b")]);
  expect(merged.nodes.filter(({ restricted }) => restricted)).toHaveLength(2);
  expect(new Set(merged.edges.map(({ source }) => source)).size).toBe(2);
});

test("one answer that was cut makes the whole cut", () => {
  expect(merge([report, { ...report, truncated: true }]).truncated).toBe(true);
});
