import type { components } from "./schema";

export type RunSummary = components["schemas"]["RunOut"];
