/** The controls, the picture or the table, and the details of what is selected. */

import { Alert, Box, Center, Loader, Paper, Stack } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useSuspenseQueries } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";

import { type Lineage, lineageQuery } from "../api/lineage";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/Icon";
import { draw, merge } from "./graph";
import classes from "./LineageBoard.module.css";
import { LineageControls } from "./LineageControls";
import { LineageTable } from "./LineageTable";
import { related } from "./relations";
import { SelectionPanel } from "./SelectionPanel";
import { type LineageView, questions } from "./view";

// The drawing library and the layout engine are heavy, and most pages draw nothing.
const LineageCanvas = lazy(() => import("./LineageCanvas"));

export function LineageBoard({ view }: { view: LineageView & { node: string } }) {
  const navigate = useNavigate({ from: "/lineage" });
  const answers = useSuspenseQueries({
    queries: questions(view).map(lineageQuery),
    combine: dataOf,
  });
  const graph = useMemo(() => merge(answers as [Lineage, ...Lineage[]]), [answers]);
  const drawn = useMemo(
    () => draw(graph, { columns: view.columns === true }),
    [graph, view.columns],
  );
  const relations = useMemo(() => related(drawn, view.selected), [drawn, view.selected]);
  const change = (changed: Partial<LineageView>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  useHotkeys([["Escape", () => change({ selected: undefined })]]);
  const unfold = (id: string) =>
    change({ expand: [...(view.expand?.split(",") ?? []), id].join(",") });
  return (
    <Stack gap="sm" className={classes.board}>
      <LineageControls view={view} drawn={drawn} change={change} />
      {graph.truncated && (
        <Alert
          color="yellow"
          variant="light"
          icon={<Icon name="alert" />}
          title="Not everything is drawn"
        >
          There is more than fits: the graph was cut at its size limit. Take fewer steps, or look in
          one direction only.
        </Alert>
      )}
      <Box className={classes.stage}>
        {graph.edges.length === 0 ? (
          <Paper className={classes.fill}>
            <Empty icon="flow" title="No lineage known">
              No event has said what flows into this or out of it, in this direction.
            </Empty>
          </Paper>
        ) : view.as === "table" ? (
          <Paper className={classes.table}>
            <LineageTable drawn={drawn} />
          </Paper>
        ) : (
          <Paper className={classes.fill}>
            <Suspense fallback={<Waiting />}>
              <LineageCanvas
                drawn={drawn}
                relations={relations}
                select={(selected) => change({ selected })}
                unfold={unfold}
              />
            </Suspense>
          </Paper>
        )}
        {view.selected && (
          <SelectionPanel
            drawn={drawn}
            selected={view.selected}
            close={() => change({ selected: undefined })}
          />
        )}
      </Box>
    </Stack>
  );
}

function dataOf(results: readonly { data: Lineage }[]): Lineage[] {
  return results.map(({ data }) => data);
}

function Waiting() {
  return (
    <Center h="100%" component="output" aria-label="Drawing the lineage">
      <Loader />
    </Center>
  );
}
