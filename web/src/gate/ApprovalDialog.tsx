import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import type { SubmitEvent } from "react";

import { type Evaluation, useApprove } from "../api/evaluations";
import { ErrorNotice } from "../ui/ErrorNotice";

interface ApprovalDialogProps {
  evaluation: Evaluation;
  role: string;
  approved: boolean;
  answered: () => void;
  close: () => void;
}

/** An answer in a role, with the reason that stays beside it. */
export function ApprovalDialog({
  evaluation,
  role,
  approved,
  answered,
  close,
}: ApprovalDialogProps) {
  const approve = useApprove();
  const { id, model, stage } = evaluation;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "").trim();
    approve.mutate({ evaluation_id: id, role, approved, reason }, { onSuccess: answered });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={`${approved ? "Approve" : "Refuse"} ${model.name} ${model.version} for ${stage}`}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text>
            You answer as <b>{role}</b>. The answer holds for this artifact, this policy and the
            facts seen here; when one of them changes, it is asked for again.
          </Text>
          <Textarea
            name="reason"
            label="Reason"
            description="Kept with the decision"
            required
            autosize
            minRows={3}
            data-autofocus
          />
          {approve.error && <ErrorNotice error={approve.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" color={approved ? undefined : "red"} loading={approve.isPending}>
              {approved ? "Approve" : "Refuse"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
