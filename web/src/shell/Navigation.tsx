import { Box, Stack } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";

import { Icon } from "../ui/Icon";
import { NavTo } from "../ui/links";
import classes from "./Shell.module.css";

/** The list that a page hangs under: one does not leave the models by looking at one. */
const UNDER: Record<string, string> = {
  dataset: "assets",
  job: "assets",
  model: "models",
  evaluations: "models",
};

/** The pages by what people come for; `followed` closes the drawer on small screens. */
export function Navigation({ followed }: { followed: () => void }) {
  const section = useLocation({ select: ({ pathname }) => pathname.split("/")[1] ?? "" });
  const item = (page: string) => ({
    className: classes.item,
    "data-current": page === (UNDER[section] ?? section) || undefined,
    onClick: followed,
  });
  return (
    <Stack component="nav" aria-label="Pages" gap={2}>
      <Box className={classes.section}>Catalog</Box>
      <NavTo
        {...item("assets")}
        to="/assets"
        label="Assets"
        leftSection={<Icon name="database" size={18} />}
      />
      <NavTo
        {...item("lineage")}
        to="/lineage"
        label="Lineage"
        leftSection={<Icon name="flow" size={18} />}
      />
      <Box className={classes.section}>Gate</Box>
      <NavTo
        {...item("models")}
        to="/models"
        label="Models"
        leftSection={<Icon name="box" size={18} />}
      />
    </Stack>
  );
}
