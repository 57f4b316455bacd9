import { Button, Menu, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { useEvaluate } from "../api/evaluations";
import { useMay } from "../api/me";
import { type ModelName, stagesQuery } from "../api/models";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";

interface EvaluateMenuProps {
  model: ModelName;
  version: string;
}

/** Asks the gate whether a version may go to a stage; the answer opens when it is there. */
export function EvaluateMenu({ model, version }: EvaluateMenuProps) {
  const mayEvaluate = useMay("gate:evaluate");
  const { data: stages } = useQuery({ ...stagesQuery, enabled: mayEvaluate });
  const evaluate = useEvaluate();
  const navigate = useNavigate();
  if (!mayEvaluate) return null;
  // Where every version begins, nobody asks to be let in.
  const enterable = stages?.items.filter(({ comes_from }) => comes_from.length > 0) ?? [];
  const ask = (stage: string) =>
    evaluate.mutate(
      { ...model, version, target_stage: stage },
      { onSuccess: ({ id }) => void navigate({ to: "/evaluations/$id", params: { id } }) },
    );
  return (
    <Stack gap="xs">
      <Menu position="bottom-end" shadow="md" width={280}>
        <Menu.Target>
          <Button leftSection={<Icon name="shield" />} loading={evaluate.isPending}>
            Evaluate for stage
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{version} →</Menu.Label>
          {enterable.map(({ name, title }) => (
            <Menu.Item key={name} onClick={() => ask(name)}>
              {name}
              <Text fz="xs" c="dimmed">
                {title}
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {evaluate.error && <ErrorNotice error={evaluate.error} />}
    </Stack>
  );
}
