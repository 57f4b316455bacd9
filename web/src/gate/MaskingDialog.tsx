/** A steward's word that what flows from one field to another is masked. */

import { Alert, Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { type SubmitEvent, useState } from "react";

import { useMarkMasking } from "../api/lineage";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";
import type { Node } from "../ui/node";
import type { Hop } from "./path";

interface MaskingDialogProps {
  hops: readonly Hop[];
  close: () => void;
}

export function MaskingDialog({ hops, close }: MaskingDialogProps) {
  const mark = useMarkMasking();
  const [chosen, setChosen] = useState(String(hops.length - 1));
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const hop = hops[Number(chosen)];
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "").trim();
    if (hop)
      mark.mutate({
        source: fieldName(hop.source),
        target: fieldName(hop.target),
        masking: true,
        reason,
      });
  };
  return (
    <Modal opened onClose={close} title="Mark a step as masked" size="lg">
      {mark.isSuccess ? (
        <Stack>
          <Alert color="green" variant="light" icon={<Icon name="check" />} title="Marked">
            The mark counts from the next evaluation on. Evaluate again to see what it changes.
          </Alert>
          <Button onClick={close}>Done</Button>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Radio.Group
              label="Where is the personal data taken out?"
              value={chosen}
              onChange={setChosen}
            >
              <Stack gap="xs" mt="xs">
                {hops.map((hop, position) => (
                  <Radio
                    key={`${hop.source.name} ${hop.source.part} ${hop.target.name} ${hop.target.part}`}
                    value={String(position)}
                    label={<HopLabel hop={hop} />}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <Textarea
              name="reason"
              label="Reason"
              description="What masks it, so that an auditor can follow: a hash, a bucket, a truncation"
              required
              autosize
              minRows={2}
            />
            {mark.error && <ErrorNotice error={mark.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={mark.isPending}>
                Mark as masked
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function HopLabel({ hop: { source, target } }: { hop: Hop }) {
  return (
    <Text span>
      <b>{source.part}</b> of {source.name} → <b>{target.part}</b> of {target.name}
    </Text>
  );
}

function fieldName({ namespace, name, part = "" }: Node) {
  return { namespace, name, field: part };
}
