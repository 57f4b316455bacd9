/** Line drawings on a 24 by 24 grid; decoration only, so hidden from screen readers. */

const DRAWINGS = {
  alert: "M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17.2v.1",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  box: "M12 3 4 7.3v9.4l8 4.3 8-4.3V7.3L12 3ZM4.2 7.4 12 11.7l7.8-4.3M12 11.7V21",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M9 6l6 6-6 6",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
  copy: "M9 9h10.5v10.5H9ZM15 9V4.5H4.5V15H9",
  cross: "M6 6l12 12M18 6 6 18",
  database: "M4.5 6.5c0-4 15-4 15 0s-15 4-15 0ZM4.5 6.5v11c0 4 15 4 15 0v-11M4.5 12c0 4 15 4 15 0",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  field: "M4 5h16v14H4ZM10 5v14M4 10h16",
  flow: "M5 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM19 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM5 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7.5 6h3c2.5 0 3 6 6 6M7.5 18h3c2.5 0 3-6 6-6",
  job: "M8.5 5.5 18.5 12 8.5 18.5Z",
  lock: "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  minus: "M6 12h12",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  pencil: "M4.5 19.5l.8-4L16 4.8l3.200 3.200L8.5 18.700l-4 .8ZM13.5 7.300l3.200 3.200",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  plus: "M12 6v12M6 12h12",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20 20",
  shield: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6L12 3Z",
  source: "M12 3.5c3.5 4.5 5.5 7.200 5.5 10.200a5.5 5.5 0 0 1-11 0c0-3 2-5.700 5.5-10.200Z",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400",
  table: "M4 5h16v14H4ZM4 10h16M4 14.5h16",
  tag: "M3.5 12.5v-9h9l8 8-9 9-8-8ZM8 8v.1",
} as const;

export type IconName = keyof typeof DRAWINGS;

interface IconProps {
  name: IconName;
  size?: number;
  color?: string;
}

export function Icon({ name, size = 16, color = "currentColor" }: IconProps) {
  return (
    <svg
      aria-hidden
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke={color}
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flexShrink: 0 }}
    >
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
