import { Paper, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { assetsQuery } from "../api/assets";
import { AssetFilters } from "../assets/AssetFilters";
import { AssetTable } from "../assets/AssetTable";
import type { AssetSearch } from "../assets/filter";
import { Pager } from "../assets/Pager";
import { Empty } from "../ui/Empty";
import { count } from "../ui/format";
import { ButtonTo } from "../ui/links";
import { Page } from "../ui/Page";
import { filterOf, PER_PAGE } from "./assets";

const route = getRouteApi("/shell/assets");

export function AssetsPage() {
  const search = route.useSearch();
  const { data: assets } = useSuspenseQuery(assetsQuery(filterOf(search)));
  const total = assets.total ?? assets.items.length;
  return (
    <Page
      title="Assets"
      subtitle={
        <Text c="dimmed">
          {isFiltered(search)
            ? `${total.toLocaleString("en")} found`
            : count(total, "dataset, job or model", "datasets, jobs and models")}
        </Text>
      }
    >
      <Stack gap="md">
        <AssetFilters search={search} seen={assets.items} />
        {assets.items.length === 0 ? (
          <Paper>
            <Nothing search={search} />
          </Paper>
        ) : (
          <Paper style={{ overflow: "hidden" }}>
            <AssetTable assets={assets.items} />
          </Paper>
        )}
        <Pager
          page={search.page ?? 1}
          total={total}
          size={PER_PAGE}
          next={assets.next_cursor ?? null}
        />
      </Stack>
    </Page>
  );
}

function Nothing({ search }: { search: AssetSearch }) {
  if (isFiltered(search)) {
    return (
      <Empty
        icon="search"
        title="Nothing fits these filters"
        action={
          <ButtonTo to="/assets" variant="default">
            Clear all filters
          </ButtonTo>
        }
      >
        Try fewer words, or take a filter away.
      </Empty>
    );
  }
  return (
    <Empty icon="database" title="The catalog is empty">
      Point a producer of OpenLineage events (dbt, Airflow, Spark, Flink) at this server, or load
      the demo organisation with <code>sluice demo</code>.
    </Empty>
  );
}

function isFiltered({ cursor: _cursor, page: _page, ...filter }: AssetSearch): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}
