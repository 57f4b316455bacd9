import { getRouteApi } from "@tanstack/react-router";

import { AssetPage } from "../assets/AssetPage";
import { FacetList } from "../assets/FacetList";
import { RunTable } from "../assets/RunTable";
import { SqlPanel, sqlOf } from "../assets/SqlPanel";
import { choice } from "../ui/search";
import { TABS } from "./job";

const route = getRouteApi("/shell/job");

export function JobPage() {
  const { namespace, name, tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <AssetPage
      asset={{ kind: "job", namespace, name }}
      tab={tab ?? "runs"}
      choose={(chosen) =>
        void navigate({
          search: (before) => ({ ...before, tab: choice(chosen, TABS) }),
          replace: true,
        })
      }
      tabs={(detail) => {
        const sql = sqlOf(detail.facets);
        return [
          {
            value: "runs",
            label: "Runs",
            count: detail.latest_runs.length,
            panel: <RunTable runs={detail.latest_runs} />,
          },
          ...(sql === null ? [] : [{ value: "sql", label: "SQL", panel: <SqlPanel sql={sql} /> }]),
          {
            value: "facets",
            label: "Facets",
            count: Object.keys(detail.facets).length,
            panel: <FacetList facets={detail.facets} />,
          },
        ];
      }}
    />
  );
}
