/** From the API's answer to what is drawn: merged, jobs folded, fields attached, relations followed. */

import type { Lineage, LineageNode } from "../api/lineage";
import { assetId, nodeId, parseNode } from "../ui/node";

export interface DrawnNode extends LineageNode {
  /** The paths of the fields that column edges touch; empty unless columns are drawn. */
  fields: string[];
  isRoot: boolean;
}

export interface DrawnEdge {
  id: string;
  /** Assets. */
  source: string;
  target: string;
  /** Paths of fields, for an edge between columns. */
  sourceField?: string;
  targetField?: string;
  provenance: string;
  /** The jobs that were folded into the edge. */
  jobs: string[];
  masking: boolean;
  /** False for a column that only steers (a filter, a join): its values are not carried on. */
  direct: boolean;
  transformation: string | null;
}

export interface Drawn {
  root: string;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
}

/** One graph of several answers. Restricted ids are numbered per answer, so those of later ones are told apart. */
export function merge([first, ...others]: readonly [Lineage, ...Lineage[]]): Lineage {
  const parts = [first, ...others.map((graph, position) => distinct(graph, position + 2))];
  const nodes = new Map<string, LineageNode>();
  for (const node of parts.flatMap((graph) => graph.nodes)) {
    const known = nodes.get(node.id);
    nodes.set(node.id, known ? nearer(known, node) : node);
  }
  return {
    root: first.root,
    nodes: [...nodes.values()],
    edges: unique(parts.flatMap((graph) => graph.edges)),
    column_edges: unique(parts.flatMap((graph) => graph.column_edges)),
    truncated: parts.some(({ truncated }) => truncated),
  };
}

function distinct(graph: Lineage, number: number): Lineage {
  const renamed = new Map(
    graph.nodes.filter(({ restricted }) => restricted).map(({ id }) => [id, `${id}/${number}`]),
  );
  const name = (id: string) => renamed.get(id) ?? id;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, id: name(node.id) })),
    edges: graph.edges.map((edge) => ({
      ...edge,
      source: name(edge.source),
      target: name(edge.target),
    })),
  };
}

function nearer(one: LineageNode, other: LineageNode): LineageNode {
  return {
    ...one,
    depth: Math.min(one.depth, other.depth),
    more_upstream: Math.min(one.more_upstream, other.more_upstream),
    more_downstream: Math.min(one.more_downstream, other.more_downstream),
  };
}

function unique<Edge extends { source: string; target: string }>(edges: readonly Edge[]): Edge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}

/** What stands on the canvas. With columns, fields are attached and jobs folded where that loses nothing. */
export function draw(graph: Lineage, { columns }: { columns: boolean }): Drawn {
  const plain: Drawn = {
    root: graph.root,
    nodes: graph.nodes.map((node) => ({ ...node, fields: [], isRoot: node.id === graph.root })),
    edges: graph.edges.map(({ source, target, provenance }) =>
      flow({ source, target, provenance, jobs: [] }),
    ),
  };
  return columns ? withColumns(folded(plain), graph) : plain;
}

function flow({
  source,
  target,
  provenance,
  jobs,
}: Pick<DrawnEdge, "source" | "target" | "provenance" | "jobs">): DrawnEdge {
  const id = `${source} → ${target}`;
  return {
    id,
    source,
    target,
    provenance,
    jobs,
    masking: false,
    direct: true,
    transformation: null,
  };
}

/** Leaves out jobs with one input or one output: there, joining both sides says nothing that is not so. */
function folded(drawn: Drawn): Drawn {
  let { nodes, edges } = drawn;
  for (const job of nodes.filter(
    ({ kind, isRoot, restricted }) => kind === "job" && !isRoot && !restricted,
  )) {
    const into = edges.filter(({ target }) => target === job.id);
    const out = edges.filter(({ source }) => source === job.id);
    if (Math.min(into.length, out.length) !== 1) continue;
    const joined = into.flatMap((one) =>
      out.map((other) =>
        flow({
          source: one.source,
          target: other.target,
          provenance: other.provenance,
          jobs: [...one.jobs, job.id, ...other.jobs],
        }),
      ),
    );
    nodes = nodes.filter(({ id }) => id !== job.id);
    edges = unique([
      ...edges.filter((edge) => edge.source !== job.id && edge.target !== job.id),
      ...joined,
    ]);
  }
  return { ...drawn, nodes, edges: [...new Map(edges.map((edge) => [edge.id, edge])).values()] };
}

function withColumns(drawn: Drawn, graph: Lineage): Drawn {
  const ids = new Set(drawn.nodes.map(({ id }) => id));
  const fields = new Map<string, Set<string>>();
  const edges = graph.column_edges.flatMap((edge): DrawnEdge[] => {
    const source = fieldOf(edge.source);
    const target = fieldOf(edge.target);
    if (!source || !target || !ids.has(source.asset) || !ids.has(target.asset)) return [];
    for (const { asset, path } of [source, target])
      if (path) fields.set(asset, (fields.get(asset) ?? new Set()).add(path));
    return [
      {
        id: `${edge.source} → ${edge.target} ${edge.transformation ?? ""}`,
        source: source.asset,
        target: target.asset,
        sourceField: source.path,
        targetField: target.path,
        provenance: "column",
        jobs: edge.job ? [edge.job] : [],
        masking: edge.masking,
        direct: edge.direct,
        transformation: howOf(edge.transformation),
      },
    ];
  });
  return {
    ...drawn,
    nodes: drawn.nodes.map((node) => ({
      ...node,
      fields: [...(fields.get(node.id) ?? [])].toSorted(),
    })),
    edges: [...drawn.edges, ...new Map(edges.map((edge) => [edge.id, edge])).values()],
  };
}

/** "DIRECT:AGGREGATION" is "aggregation"; that a value stays what it is needs no word. */
function howOf(transformation: string): string | null {
  const word = transformation.split(":").at(-1)?.toLowerCase() ?? "";
  return word === "" || word === "identity" ? null : word.replaceAll("_", " ");
}

function fieldOf(id: string): { asset: string; path: string } | null {
  const node = parseNode(id);
  const asset = node && assetId(node);
  return node && asset ? { asset, path: node.part ?? "" } : null;
}

/** Where an edge begins and ends: fields for an edge between columns, else assets. */
export function ends({ source, target, sourceField, targetField }: DrawnEdge): {
  source: string;
  target: string;
} {
  return { source: fieldId(source, sourceField), target: fieldId(target, targetField) };
}

export function fieldId(asset: string, path: string | undefined): string {
  const node = path ? parseNode(asset) : null;
  return node && path ? nodeId({ ...node, kind: "field", part: path }) : asset;
}
