/** Node ids: KIND:PART[:PART…], each part encoded by encodeURIComponent, as the server does it too. */

export type NodeKind =
  "dataset" | "field" | "dataset-version" | "job" | "run" | "model" | "model-version";

export interface Node {
  kind: NodeKind;
  /** Empty for a run, whose id holds no name. */
  namespace: string;
  /** A run's key stands here. */
  name: string;
  /** The path of a field, the label of a dataset's version, the version of a model. */
  part?: string;
}

/** How many parts follow the kind. */
const PARTS: Record<string, number> = {
  dataset: 2,
  field: 3,
  "dataset-version": 3,
  job: 2,
  run: 1,
  model: 2,
  "model-version": 3,
};

/** What an id names, or null when it names nothing that we know (a restricted node, say). */
export function parseNode(id: string): Node | null {
  const [kind = "", ...encoded] = id.split(":");
  if (PARTS[kind] !== encoded.length) return null;
  const parts = encoded.map(decoded);
  if (parts.includes(null)) return null;
  const [first = "", second = "", third] = parts as string[];
  if (kind === "run") return { kind, namespace: "", name: first };
  const node: Node = { kind: kind as NodeKind, namespace: first, name: second };
  return third === undefined ? node : { ...node, part: third };
}

export function nodeId({ kind, namespace, name, part }: Node): string {
  const parts = kind === "run" ? [name] : [namespace, name, ...(part === undefined ? [] : [part])];
  return [kind, ...parts.map(encodeURIComponent)].join(":");
}

/** The id of the dataset, job or model that a node is or is part of; null for a run. */
export function assetId(node: Node): string | null {
  const { kind, namespace, name } = node;
  if (kind === "run") return null;
  if (kind === "field" || kind === "dataset-version")
    return nodeId({ kind: "dataset", namespace, name });
  if (kind === "model-version") return nodeId({ kind: "model", namespace, name });
  return nodeId({ kind, namespace, name });
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
