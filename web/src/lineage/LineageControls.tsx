import { ActionIcon, Group, SegmentedControl, Switch, Text } from "@mantine/core";

import type { Direction } from "../api/lineage";
import { count } from "../ui/format";
import { Icon } from "../ui/Icon";
import type { Drawn } from "./graph";
import classes from "./LineageBoard.module.css";
import { DEEPEST, type LineageView, usualDepth } from "./view";

interface LineageControlsProps {
  view: LineageView & { node: string };
  drawn: Drawn;
  change: (changed: Partial<LineageView>) => void;
}

export function LineageControls({ view, drawn, change }: LineageControlsProps) {
  return (
    <div className={classes.controls}>
      <SegmentedControl
        aria-label="Direction"
        value={view.direction ?? "both"}
        onChange={(direction) => change({ direction: direction as Direction, expand: undefined })}
        data={[
          { value: "upstream", label: "Upstream" },
          { value: "both", label: "Both" },
          { value: "downstream", label: "Downstream" },
        ]}
      />
      <Depth view={view} change={change} />
      <Switch
        label="Columns"
        checked={view.columns === true}
        onChange={(event) =>
          change({ columns: event.currentTarget.checked || undefined, selected: undefined })
        }
      />
      <SegmentedControl
        aria-label="Shown as"
        value={view.as ?? "graph"}
        onChange={(shown) => change({ as: shown === "table" ? "table" : undefined })}
        data={[
          { value: "graph", label: "Graph" },
          { value: "table", label: "Table" },
        ]}
      />
      <Text fz="sm" c="dimmed" ml="auto" visibleFrom="md">
        {count(drawn.nodes.length, "node")}, {count(drawn.edges.length, "edge")}
      </Text>
    </div>
  );
}

/** Steps of one node each; two lead from a dataset past its job to the next dataset. */
function Depth({ view, change }: Pick<LineageControlsProps, "view" | "change">) {
  const depth = view.depth ?? usualDepth(view.node);
  const to = (next: number) => change({ depth: Math.min(DEEPEST, Math.max(1, next)) });
  return (
    <Group gap={6} component="fieldset" className={classes.depth} aria-label="Depth">
      <ActionIcon
        variant="default"
        aria-label="Less deep"
        disabled={depth <= 1}
        onClick={() => to(depth - 2)}
      >
        <Icon name="minus" size={14} />
      </ActionIcon>
      <Text fz="sm" miw={58} ta="center" aria-live="polite">
        {count(depth, "step")}
      </Text>
      <ActionIcon
        variant="default"
        aria-label="Deeper"
        disabled={depth >= DEEPEST}
        onClick={() => to(depth + 2)}
      >
        <Icon name="plus" size={14} />
      </ActionIcon>
    </Group>
  );
}
