import { CodeBlock } from "../ui/CodeBlock";

export function SqlPanel({ sql }: { sql: string }) {
  return <CodeBlock text={sql} label="SQL" />;
}

/** The query that a job's `sql` facet holds, or null. */
export function sqlOf(facets: Record<string, unknown>): string | null {
  const facet = facets.sql;
  if (typeof facet !== "object" || facet === null) return null;
  const query = (facet as { query?: unknown }).query;
  return typeof query === "string" && query.trim() ? query : null;
}
