/** A small graph for tests: orders and customers → join → report, with columns. */

import type { Lineage, LineageNode } from "../api/lineage";

export function node(id: string, more: Partial<LineageNode> = {}): LineageNode {
  const [kind = "", namespace = "", name = ""] = id.split(":");
  return {
    id,
    kind: kind as LineageNode["kind"],
    namespace,
    name,
    type: null,
    owner: null,
    certification: "none",
    lifecycle: "active",
    tags: [],
    restricted: false,
    depth: 1,
    more_upstream: 0,
    more_downstream: 0,
    ...more,
  };
}

function edge(source: string, target: string) {
  return { source, target, provenance: "explicit" };
}

function column(source: string, target: string, masking = false) {
  return {
    source,
    target,
    direct: true,
    masking,
    transformation: "DIRECT:AGGREGATION",
    marked_by: null,
    job: "job:w:join",
  };
}

export const report: Lineage = {
  root: "dataset:w:report",
  nodes: [
    node("dataset:w:report", { depth: 0 }),
    node("job:w:join"),
    node("dataset:w:orders", { depth: 2, more_upstream: 1 }),
    node("dataset:w:customers", { depth: 2 }),
  ],
  edges: [
    edge("dataset:w:orders", "job:w:join"),
    edge("dataset:w:customers", "job:w:join"),
    edge("job:w:join", "dataset:w:report"),
  ],
  column_edges: [
    column("field:w:orders:amount", "field:w:report:total"),
    column("field:w:customers:email", "field:w:report:domain", true),
  ],
  truncated: false,
};
