import { ActionIcon, Button, Group, Stack, Text, Textarea, Tooltip } from "@mantine/core";
import { type SubmitEvent, useState } from "react";

import { type AssetDetail, useEditAsset } from "../api/assets";
import { useMay } from "../api/me";
import { originWords } from "../ui/Badges";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/Icon";
import classes from "./Properties.module.css";

/** What the asset is, in someone's words; edited where it stands by those who may. */
export function Description({ asset }: { asset: AssetDetail }) {
  const [editing, setEditing] = useState(false);
  const mayEdit = useMay("asset:edit");
  if (editing) return <DescriptionForm asset={asset} close={() => setEditing(false)} />;
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <Text
        component="div"
        maw={760}
        c={asset.description ? undefined : "dimmed"}
        className={classes.prose}
      >
        {asset.description ?? "Nobody has described this yet."}
        {asset.description && asset.description_origin !== "human" && (
          <Text c="dimmed" fz="xs">
            {originWords(asset.description_origin)}
          </Text>
        )}
      </Text>
      {mayEdit && (
        <Tooltip label="Edit the description">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Edit the description"
            onClick={() => setEditing(true)}
          >
            <Icon name="pencil" />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function DescriptionForm({ asset, close }: { asset: AssetDetail; close: () => void }) {
  const edit = useEditAsset(asset);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget).get("description") ?? "").trim();
    edit.mutate({ description: words || null }, { onSuccess: close });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" maw={760}>
        <Textarea
          name="description"
          label="Description"
          description="What it holds, for whom, and what to mind. Your words outrank those of any producer."
          defaultValue={asset.description ?? ""}
          autosize
          minRows={2}
          autoFocus
        />
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
