/** A link to whatever a node id names, and the plain name where it names nothing that has a page. */

import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import classes from "./AssetLink.module.css";
import { type Node, parseNode } from "./node";

interface AssetLinkProps {
  node: Node;
  children?: ReactNode;
}

export function AssetLink({ node, children }: AssetLinkProps) {
  const { kind, namespace, name, part } = node;
  const shown = children ?? (part === undefined ? name : `${name}.${part}`);
  const title = `${kind} ${name}${part === undefined ? "" : ` · ${part}`} in ${namespace}`;
  if (kind === "model" || kind === "model-version") {
    return (
      <Link
        className={classes.link}
        title={title}
        to="/model"
        search={{ namespace, name, version: part }}
      >
        {shown}
      </Link>
    );
  }
  if (kind === "job") {
    return (
      <Link className={classes.link} title={title} to="/job" search={{ namespace, name }}>
        {shown}
      </Link>
    );
  }
  if (kind === "dataset" || kind === "field" || kind === "dataset-version") {
    return (
      <Link
        className={classes.link}
        title={title}
        to="/dataset"
        search={{ namespace, name, field: kind === "field" ? part : undefined }}
      >
        {shown}
      </Link>
    );
  }
  return <Text span>{shown}</Text>;
}

/** The same from an id as the API writes it. */
export function NodeLink({ id, children }: { id: string; children?: ReactNode }) {
  const node = parseNode(id);
  return node === null ? (
    <Text span>{children ?? id}</Text>
  ) : (
    <AssetLink node={node}>{children}</AssetLink>
  );
}
