import { Autocomplete, Group, SegmentedControl, Select, SimpleGrid, Stack } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";

import { type AssetSummary, namespacesQuery } from "../api/assets";
import { Icon } from "../ui/Icon";
import { SearchField } from "../ui/SearchField";
import { useTyped } from "../ui/typed";
import type { AssetSearch } from "./filter";

const KIND_CHOICES = [
  { value: "", label: "All" },
  { value: "dataset", label: "Datasets" },
  { value: "job", label: "Jobs" },
  { value: "model", label: "Models" },
];

const CERTIFICATION_CHOICES = [
  { value: "certified", label: "Certified" },
  { value: "none", label: "Not certified" },
  { value: "rejected", label: "Rejected" },
];

interface AssetFiltersProps {
  search: AssetSearch;
  /** What the list shows now: its owners and tags are offered as you type. */
  seen: readonly AssetSummary[];
}

export function AssetFilters({ search, seen }: AssetFiltersProps) {
  const navigate = useNavigate({ from: "/assets" });
  const field = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  // A changed filter begins at the first page.
  const change = (changed: AssetSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...changed, cursor: undefined, page: undefined }),
      replace: true,
    });
  const owners = unique(seen.flatMap(({ owner }) => owner ?? []));
  const tags = unique(seen.flatMap((asset) => asset.tags));
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <SearchField
          ref={field}
          aria-label="Search assets"
          placeholder="Search names and descriptions   ( / )"
          leftSection={<Icon name="search" />}
          value={search.q}
          onCommit={(q) => change({ q })}
          size="md"
          flex="1 1 260px"
        />
        <SegmentedControl
          aria-label="Kind"
          size="md"
          data={KIND_CHOICES}
          value={search.kind ?? ""}
          onChange={(kind) => change({ kind: (kind || undefined) as AssetSearch["kind"] })}
        />
      </Group>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <NamespaceFilter value={search.namespace} change={(namespace) => change({ namespace })} />
        <Suggested
          label="Owner"
          value={search.owner}
          offered={owners}
          change={(owner) => change({ owner })}
        />
        <Suggested
          label="Tag"
          value={search.tag}
          offered={tags}
          change={(tag) => change({ tag })}
        />
        <Select
          aria-label="Certification"
          placeholder="Any certification"
          data={CERTIFICATION_CHOICES}
          value={search.certification ?? null}
          onChange={(value) =>
            change({ certification: (value ?? undefined) as AssetSearch["certification"] })
          }
          clearable
        />
      </SimpleGrid>
    </Stack>
  );
}

function NamespaceFilter({
  value,
  change,
}: {
  value: string | undefined;
  change: (value: string | undefined) => void;
}) {
  const { data } = useSuspenseQuery(namespacesQuery);
  return (
    <Select
      aria-label="Namespace"
      placeholder="Any namespace"
      data={data.items.map(({ namespace }) => namespace)}
      value={value ?? null}
      onChange={(chosen) => change(chosen ?? undefined)}
      searchable
      clearable
      nothingFoundMessage="No such namespace"
    />
  );
}

interface SuggestedProps {
  label: string;
  value: string | undefined;
  offered: string[];
  change: (value: string | undefined) => void;
}

function Suggested({ label, value = "", offered, change }: SuggestedProps) {
  const { typed, type } = useTyped(value, change);
  return (
    <Autocomplete
      aria-label={label}
      placeholder={`Any ${label.toLowerCase()}`}
      data={offered}
      value={typed}
      onChange={type}
      clearable
    />
  );
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted();
}
