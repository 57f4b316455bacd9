import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import type { Evaluation } from "../api/evaluations";
import { usePromote } from "../api/models";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";

interface PromoteButtonProps {
  evaluation: Evaluation;
  current: string | null;
}

/** Promotes after a question; the server refuses if another version took the stage meanwhile. */
export function PromoteButton({ evaluation: { id, model, stage }, current }: PromoteButtonProps) {
  const [opened, { open, close }] = useDisclosure();
  const promote = usePromote();
  const confirm = () =>
    promote.mutate({ evaluation_id: id, expected_current: current }, { onSuccess: close });
  return (
    <>
      <Button onClick={open} leftSection={<Icon name="arrow" />}>
        Promote
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Promote ${model.name} ${model.version} to ${stage}`}
      >
        <Stack>
          <Text>
            {current === null
              ? `Nothing holds ${stage} yet.`
              : `It takes the place of version ${current}.`}{" "}
            The decision is recorded with everything it stands on.
          </Text>
          {promote.error && <ErrorNotice error={promote.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button loading={promote.isPending} onClick={confirm}>
              Promote
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
