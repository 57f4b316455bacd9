import { getRouteApi } from "@tanstack/react-router";

import { AssetPage } from "../assets/AssetPage";
import { FacetList } from "../assets/FacetList";
import { FieldTable } from "../assets/FieldTable";
import { RunTable } from "../assets/RunTable";
import { choice } from "../ui/search";
import { TABS } from "./dataset";

const route = getRouteApi("/shell/dataset");

export function DatasetPage() {
  const { namespace, name, field, tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <AssetPage
      asset={{ kind: "dataset", namespace, name }}
      tab={tab ?? "fields"}
      choose={(chosen) =>
        void navigate({
          search: (before) => ({ ...before, tab: choice(chosen, TABS) }),
          replace: true,
        })
      }
      tabs={(detail) => [
        {
          value: "fields",
          label: "Fields",
          count: detail.fields?.length ?? 0,
          panel: <FieldTable asset={detail} highlighted={field} />,
        },
        {
          value: "runs",
          label: "Runs",
          count: detail.latest_runs.length,
          panel: <RunTable runs={detail.latest_runs} showJob />,
        },
        {
          value: "facets",
          label: "Facets",
          count: Object.keys(detail.facets).length,
          panel: <FacetList facets={detail.facets} />,
        },
      ]}
    />
  );
}
