// Runs before the first paint, so that a page in dark mode does not flash white.
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem("sluice.color-scheme");
  } catch {
    // Storage may be forbidden; then the system's scheme holds.
  }
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const scheme = chosen === "light" || chosen === "dark" ? chosen : system;
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
