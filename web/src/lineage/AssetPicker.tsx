import { Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { assetsQuery } from "../api/assets";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";
import { KindMark } from "../ui/KindMark";
import { SearchField } from "../ui/SearchField";
import classes from "./AssetPicker.module.css";

const OFFERED = 12;

/** Finds the asset whose lineage one wants to see. */
export function AssetPicker() {
  const [q, setQ] = useState<string>();
  const { data, error } = useQuery(assetsQuery({ q, limit: OFFERED }));
  return (
    <Stack gap="md" maw={640}>
      <SearchField
        label="Begin at"
        placeholder="A dataset, job or model"
        leftSection={<Icon name="search" />}
        value={q}
        onCommit={setQ}
        size="md"
        autoFocus
      />
      {error && <ErrorNotice error={error} />}
      {data && (
        <Paper component="ul" className={classes.list}>
          {data.items.map((asset) => (
            <li key={asset.node}>
              <Link to="/lineage" search={{ node: asset.node }} className={classes.item}>
                <KindMark kind={asset.kind} />
                <span className={classes.names}>
                  <Text span fw={560}>
                    {asset.name}
                  </Text>
                  <Text span fz="sm" c="dimmed">
                    {asset.namespace}
                  </Text>
                </span>
              </Link>
            </li>
          ))}
          {data.items.length === 0 && (
            <Text c="dimmed" p="md">
              Nothing of that name. Try fewer letters.
            </Text>
          )}
        </Paper>
      )}
    </Stack>
  );
}
