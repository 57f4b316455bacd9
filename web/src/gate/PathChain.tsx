/** The path of a finding as a chain from where it begins to what it reaches. */

import { Box, Text } from "@mantine/core";

import { AssetLink } from "../ui/AssetLink";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import classes from "./PathChain.module.css";
import { type PathStep, type PathVia, steps } from "./path";

interface PathChainProps {
  path: readonly string[];
  /** The node that the finding is about. */
  subject: string;
}

export function PathChain({ path, subject }: PathChainProps) {
  const drawn = steps(path);
  if (drawn.length === 0) return null;
  return (
    <ol className={classes.chain} aria-label="Path through the lineage">
      {drawn.map((step, position) => (
        // The same node can stand twice in a path.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={`${position} ${step.id}`} className={classes.link}>
          {position > 0 && <Arrow via={step.via} />}
          <Step step={step} isSubject={step.id === subject} />
        </li>
      ))}
    </ol>
  );
}

function Step({ step: { node }, isSubject }: { step: PathStep; isSubject: boolean }) {
  if (node === null) {
    return (
      <div className={classes.step} data-restricted>
        <KindMark kind="restricted" size={26} />
        <Text fz="sm" c="dimmed">
          Restricted
        </Text>
      </div>
    );
  }
  const { main, below } = words(node);
  return (
    <div className={classes.step} data-subject={isSubject || undefined}>
      <KindMark kind={node.kind} size={26} />
      <Box miw={0}>
        <AssetLink node={node}>{main}</AssetLink>
        <Text fz="xs" c="dimmed" className={classes.below} title={node.namespace}>
          {below}
        </Text>
      </Box>
    </div>
  );
}

function words({ kind, namespace, name, part }: NonNullable<PathStep["node"]>): {
  main: string;
  below: string;
} {
  if (kind === "field") return { main: part || "any field", below: name };
  if (kind === "dataset-version")
    return { main: name, below: `version ${(part ?? "").slice(0, 18)}` };
  if (kind === "model-version") return { main: `${name} ${part}`, below: "model version" };
  if (kind === "run") return { main: `run ${name.slice(0, 8)}`, below: "run" };
  return { main: name, below: namespace };
}

function Arrow({ via }: { via: readonly PathVia[] }) {
  return (
    <span className={classes.arrow}>
      {via.map(({ id, node }) => (
        <Text key={id} span fz="xs" c="dimmed" className={classes.via}>
          {node.kind === "run" ? `run ${node.name.slice(0, 8)}` : <AssetLink node={node} />}
        </Text>
      ))}
      <Icon name="arrow" size={16} />
    </span>
  );
}
