/** A node of the graph: what it is, whose namespace, how sure, and the columns that flow through it. */

import { VisuallyHidden } from "@mantine/core";
import { Handle, type NodeProps, Position } from "@xyflow/react";

import { tail } from "../ui/format";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import type { AssetFlowNode } from "./canvas";
import classes from "./LineageCanvas.module.css";

/** What fits beside the mark in bold. */
const NAME_CHARACTERS = 23;

export function AssetNode({ data }: NodeProps<AssetFlowNode>) {
  const { asset, color, relation, fields, select, unfold } = data;
  return (
    <div
      className={classes.node}
      data-relation={relation}
      data-root={asset.isRoot || undefined}
      data-kind={asset.kind}
      data-restricted={asset.restricted || undefined}
      style={{ borderTopColor: `var(--${color})` }}
    >
      <Handle type="target" position={Position.Left} id="in" className={classes.handle} />
      <button
        type="button"
        className={`${classes.head} nodrag nopan`}
        aria-pressed={relation === "self"}
        onClick={(event) => {
          event.stopPropagation();
          select(asset.id);
        }}
      >
        <KindMark
          kind={asset.restricted ? "restricted" : asset.kind}
          size={asset.kind === "job" ? 22 : 30}
        />
        <VisuallyHidden>
          {asset.restricted ? "Restricted" : `${asset.kind} ${asset.name}`}
        </VisuallyHidden>
        <span className={classes.names} aria-hidden>
          <span className={classes.name} title={asset.name ?? undefined}>
            {asset.restricted ? "Restricted" : tail(asset.name ?? "", NAME_CHARACTERS)}
          </span>
          {asset.kind !== "job" && (
            <span className={classes.namespace} title={asset.namespace ?? undefined}>
              {asset.restricted ? "you may not see this" : asset.namespace}
            </span>
          )}
        </span>
        <Signs certification={asset.certification} />
      </button>
      {fields.length > 0 && (
        <div className={classes.fields}>
          {fields.map((field) => (
            <button
              key={field.path}
              type="button"
              className={`${classes.field} nodrag nopan`}
              data-relation={field.relation}
              title={field.path}
              onClick={(event) => {
                event.stopPropagation();
                select(field.id);
              }}
            >
              <Handle
                type="target"
                position={Position.Left}
                id={`in:${field.path}`}
                className={classes.handle}
              />
              {field.path}
              <Handle
                type="source"
                position={Position.Right}
                id={`out:${field.path}`}
                className={classes.handle}
              />
            </button>
          ))}
        </div>
      )}
      <More number={asset.more_upstream} side="upstream" unfold={() => unfold(asset.id)} />
      <More number={asset.more_downstream} side="downstream" unfold={() => unfold(asset.id)} />
      <Handle type="source" position={Position.Right} id="out" className={classes.handle} />
    </div>
  );
}

function Signs({ certification }: { certification: string | null }) {
  if (certification !== "certified" && certification !== "rejected") return null;
  const certified = certification === "certified";
  return (
    <span
      className={classes.sign}
      data-tone={certified ? "good" : "bad"}
      title={certified ? "Certified" : "Rejected"}
    >
      <Icon name={certified ? "check" : "cross"} size={13} />
    </span>
  );
}

interface MoreProps {
  number: number;
  side: "upstream" | "downstream";
  unfold: () => void;
}

/** How many neighbours are not drawn; a press draws them. */
function More({ number, side, unfold }: MoreProps) {
  if (number === 0) return null;
  return (
    <button
      type="button"
      className={`${classes.more} nodrag nopan`}
      data-side={side}
      aria-label={`+${number} ${side}: show them`}
      onClick={(event) => {
        event.stopPropagation();
        unfold();
      }}
    >
      +{number}
    </button>
  );
}
