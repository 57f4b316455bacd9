import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { ModelVersion } from "../api/models";
import { ToneBadge } from "../ui/Badges";
import { CopyButton } from "../ui/CopyButton";
import { person, shortDigest } from "../ui/format";
import { Moment } from "../ui/Moment";
import classes from "./VersionList.module.css";

interface VersionListProps {
  versions: readonly ModelVersion[];
  chosen: string | undefined;
}

export function VersionList({ versions, chosen }: VersionListProps) {
  return (
    <Paper style={{ overflow: "hidden" }}>
      <Title order={2} px="md" pt="md" pb="xs">
        Versions
      </Title>
      {versions.length === 0 && (
        <Text c="dimmed" px="md" pb="md">
          None registered. A pipeline registers a version with the digest of its artifact once it
          has trained it.
        </Text>
      )}
      <Stack gap={0} component="ul" className={classes.list}>
        {versions.map((version) => (
          <li
            key={version.id}
            className={classes.version}
            data-chosen={version.version === chosen || undefined}
          >
            <VersionRow version={version} isChosen={version.version === chosen} />
          </li>
        ))}
      </Stack>
    </Paper>
  );
}

function VersionRow({ version, isChosen }: { version: ModelVersion; isChosen: boolean }) {
  const { namespace, name } = version;
  return (
    <Stack gap={4}>
      <Group gap={8}>
        <Link
          to="/model"
          search={{ namespace, name, version: version.version }}
          className={classes.name}
          aria-current={isChosen || undefined}
        >
          {version.version}
        </Link>
        {version.stages.map((stage) => (
          <ToneBadge key={stage} tone="good">
            {stage}
          </ToneBadge>
        ))}
      </Group>
      <Text fz="sm" c="dimmed">
        <Moment at={version.registered_at} /> by {person(version.registered_by)}
      </Text>
      <Group gap={4}>
        <Text fz="xs" c="dimmed" ff="monospace" title={version.artifact_digest}>
          {shortDigest(version.artifact_digest)}
        </Text>
        <CopyButton
          text={version.artifact_digest}
          label={`Copy the digest of ${version.version}`}
        />
      </Group>
    </Stack>
  );
}
