import classes from "./LineageCanvas.module.css";

const FLOWS = [
  { label: "observed", dash: undefined },
  { label: "inferred", dash: "7 5" },
  { label: "declared", dash: "2 4" },
  { label: "manual", dash: "9 4 2 4" },
];

const COLUMNS = [
  { label: "carries values", dash: undefined, color: "var(--edge)" },
  { label: "steers only", dash: "5 4", color: "var(--edge)" },
  { label: "masked", dash: undefined, color: "var(--good)" },
];

/** What the strokes mean. */
export function Legend({ columns }: { columns: boolean }) {
  const lines = columns ? COLUMNS : FLOWS.map((line) => ({ ...line, color: "var(--edge)" }));
  return (
    <ul className={classes.legend} aria-label="Legend">
      {lines.map(({ label, dash, color }) => (
        <li key={label}>
          <svg width="26" height="6" aria-hidden>
            <line
              x1="0"
              y1="3"
              x2="26"
              y2="3"
              stroke={color}
              strokeWidth="2"
              strokeDasharray={dash}
            />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
