/** One property in the list beside an asset: its value, and a form in its place while someone edits it. */

import { ActionIcon, Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { type SubmitEvent, type ReactNode, useState } from "react";

import { type AssetDetail, type AssetPatch, useEditAsset } from "../api/assets";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";
import classes from "./Properties.module.css";

interface PropertyProps {
  label: string;
  children: ReactNode;
  /** Where the value comes from, in small print. */
  note?: ReactNode;
  /** Absent for those who may not edit: then there is no button either. */
  editor?: (close: () => void) => ReactNode;
}

export function Property({ label, children, note, editor }: PropertyProps) {
  const [editing, setEditing] = useState(false);
  const title = label.toLowerCase();
  return (
    <div className={classes.property}>
      <Group component="dt" justify="space-between" wrap="nowrap" gap="xs" mih={24}>
        <Text span fz="xs" c="dimmed" fw={560}>
          {label}
        </Text>
        {editor && !editing && (
          <Tooltip label={`Edit ${title}`}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={`Edit ${title}`}
              onClick={() => setEditing(true)}
            >
              <Icon name="pencil" size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <dd className={classes.value}>
        {editing && editor ? editor(() => setEditing(false)) : children}
        {note && !editing && (
          <Text fz="xs" c="dimmed" component="div">
            {note}
          </Text>
        )}
      </dd>
    </div>
  );
}

interface PatchFormProps {
  asset: AssetDetail;
  patch: (form: FormData) => AssetPatch;
  close: () => void;
  children: ReactNode;
}

/** Sends one change of an asset; a refusal is shown where the change was typed. */
export function PatchForm({ asset, patch, close, children }: PatchFormProps) {
  const edit = useEditAsset(asset);
  // Also while typing in a field, which hotkeys leave alone by default.
  useHotkeys([["Escape", close]], []);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    edit.mutate(patch(new FormData(event.currentTarget)), { onSuccess: close });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        {children}
        {edit.error && <ErrorNotice error={edit.error} />}
        <Group gap="xs">
          <Button type="submit" size="xs" loading={edit.isPending}>
            Save
          </Button>
          <Button size="xs" variant="default" onClick={close}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
