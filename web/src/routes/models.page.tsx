import { Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { useMay } from "../api/me";
import { Inbox } from "../models/Inbox";
import { ModelCard } from "../models/ModelCard";
import { Empty } from "../ui/Empty";
import { count } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { SearchField } from "../ui/SearchField";
import { modelsOf } from "./models";

const route = getRouteApi("/shell/models");

export function ModelsPage() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: models } = useSuspenseQuery(modelsOf(q));
  const mayApprove = useMay("approval:give");
  return (
    <Page
      title="Models"
      subtitle={
        <Text c="dimmed">
          {count(models.total ?? models.items.length, "model")}, each with its last verdict
        </Text>
      }
    >
      {mayApprove && <Inbox />}
      <Stack gap="md">
        <SearchField
          aria-label="Search models"
          placeholder="Search models"
          leftSection={<Icon name="search" />}
          value={q}
          onCommit={(words) => void navigate({ search: { q: words }, replace: true })}
          maw={420}
          size="md"
        />
        {models.items.length === 0 ? (
          <Paper>
            <Empty icon="box" title={q ? "No model of that name" : "No models yet"}>
              {q
                ? "Try fewer letters."
                : "A model appears here once a training run reports it, or once a version of it is registered."}
            </Empty>
          </Paper>
        ) : (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
            {models.items.map((model) => (
              <ModelCard key={model.node} model={model} />
            ))}
          </SimpleGrid>
        )}
      </Stack>
    </Page>
  );
}
