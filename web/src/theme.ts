/** How everything looks: one accent, quiet greys, text at 14 px. */

import {
  createTheme,
  type CSSVariablesResolver,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from "@mantine/core";

const water: MantineColorsTuple = [
  "#e8f5f8",
  "#d3e9ef",
  "#a8d3de",
  "#78bccd",
  "#51a8bf",
  "#379bb6",
  "#2286a2",
  "#17708a",
  "#17627a",
  "#0c4557",
];

const dark: MantineColorsTuple = [
  "#d8dee4",
  "#b6c0ca",
  "#93a0ad",
  "#66727f",
  "#38424d",
  "#2c353f",
  "#1c232a",
  "#151b21",
  "#10151a",
  "#0b0f13",
];

export const theme = createTheme({
  primaryColor: "water",
  primaryShade: { light: 8, dark: 7 },
  colors: { water, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.25" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  components: {
    Badge: {
      defaultProps: { radius: "sm", variant: "light" },
      styles: { root: { textTransform: "none" } },
    },
    Paper: { defaultProps: { withBorder: true } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250 } },
    Button: { defaultProps: { size: "sm" } },
    Modal: {
      defaultProps: { centered: true },
      styles: { title: { fontWeight: 620, fontSize: "1rem" } },
    },
  },
});

/** Mantine's grey for secondary text is too pale on white to be read by everyone (3.3:1). */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-text": "#1b2229",
    "--mantine-color-dimmed": "#5a6470",
    "--mantine-color-placeholder": "#6b7580",
  },
  dark: { "--mantine-color-dimmed": "#93a0ad", "--mantine-color-placeholder": "#7d8995" },
});

export const colorSchemes = localStorageColorSchemeManager({ key: "sluice.color-scheme" });
