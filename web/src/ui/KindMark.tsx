/** The small tinted square that says what kind of thing a name is. */

import { Icon, type IconName } from "./Icon";
import classes from "./KindMark.module.css";

const MARKS: Record<string, { icon: IconName; color: string }> = {
  dataset: { icon: "database", color: "dataset" },
  field: { icon: "field", color: "dataset" },
  "dataset-version": { icon: "database", color: "dataset" },
  job: { icon: "job", color: "job" },
  run: { icon: "job", color: "job" },
  model: { icon: "box", color: "model" },
  "model-version": { icon: "box", color: "model" },
  restricted: { icon: "lock", color: "restricted" },
};

export function KindMark({ kind, size = 28 }: { kind: string; size?: number }) {
  const { icon, color } = MARKS[kind] ?? { icon: "database", color: "restricted" };
  return (
    <span
      className={classes.mark}
      style={{
        width: size,
        height: size,
        color: `var(--${color})`,
        background: `var(--${color}-tint)`,
      }}
      title={kind}
    >
      <Icon name={icon} size={Math.round(size * 0.58)} />
    </span>
  );
}
