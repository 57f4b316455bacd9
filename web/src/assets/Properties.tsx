/** Whose an asset is, how sure it is, what it is tagged with; each edited in place by those who may. */

import { Group, Paper, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import type { AssetDetail } from "../api/assets";
import { useMay } from "../api/me";
import { CertificationBadge, originWords, TagBadge } from "../ui/Badges";
import { moment, person } from "../ui/format";
import { LinkTo } from "../ui/links";
import { Moment } from "../ui/Moment";
import { CertificationForm } from "./CertificationForm";
import classes from "./Properties.module.css";
import { PatchForm, Property } from "./Property";

interface Editable {
  asset: AssetDetail;
  close: () => void;
}

export function Properties({ asset }: { asset: AssetDetail }) {
  const mayEdit = useMay("asset:edit");
  const mayCertify = useMay("asset:certify");
  const mayClassify = useMay("asset:classify");
  return (
    <Paper component="dl" className={classes.list}>
      <Property
        label="Owner"
        note={asset.owner && originWords(asset.owner_origin)}
        editor={mayEdit ? (close) => <OwnerForm asset={asset} close={close} /> : undefined}
      >
        <Owner owner={asset.owner} />
      </Property>
      <Property
        label="Certification"
        note={<CertifiedBy asset={asset} />}
        editor={
          mayCertify ? (close) => <CertificationForm asset={asset} close={close} /> : undefined
        }
      >
        <CertificationBadge certification={asset.certification} />
      </Property>
      <Property
        label="Tags"
        editor={mayClassify ? (close) => <TagForm asset={asset} close={close} /> : undefined}
      >
        <TagList asset={asset} />
      </Property>
      {asset.kind === "dataset" && (
        <Property
          label="Source"
          editor={mayCertify ? (close) => <SourceForm asset={asset} close={close} /> : undefined}
        >
          <Text>
            {asset.is_source
              ? "Yes: data enters here, so it must be certified"
              : "No: it is made by a job we know"}
          </Text>
        </Property>
      )}
      <Property label="Lineage">
        <LineageLinks node={asset.node} />
      </Property>
      <Property
        label="First seen"
        note={
          <>
            changed <Moment at={asset.changed_at} />
          </>
        }
      >
        <Moment at={asset.first_seen} />
      </Property>
    </Paper>
  );
}

function Owner({ owner }: { owner: string | null }) {
  if (owner === null) return <Text c="var(--bad)">Nobody owns this</Text>;
  return (
    <Text fw={560} title={owner}>
      {person(owner)}
    </Text>
  );
}

function CertifiedBy({ asset }: { asset: AssetDetail }) {
  const until = asset.certified_until && `until ${moment(asset.certified_until).slice(0, 10)}`;
  const words = [asset.certified_by && `by ${person(asset.certified_by)}`, until]
    .filter(Boolean)
    .join(", ");
  return words || null;
}

function TagList({ asset }: { asset: AssetDetail }) {
  if (asset.tag_details.length === 0) return <Text c="dimmed">None</Text>;
  return (
    <Group gap={6}>
      {asset.tag_details.map(({ tag, origin }) => (
        <TagBadge key={tag} tag={tag} origin={origin} />
      ))}
    </Group>
  );
}

function LineageLinks({ node }: { node: string }) {
  return (
    <Group gap={6}>
      <LinkTo to="/lineage" search={{ node, direction: "upstream" }}>
        Upstream
      </LinkTo>
      <Text span c="dimmed">
        ·
      </Text>
      <LinkTo to="/lineage" search={{ node, direction: "downstream" }}>
        Downstream
      </LinkTo>
    </Group>
  );
}

function OwnerForm({ asset, close }: Editable) {
  return (
    <PatchForm
      asset={asset}
      close={close}
      patch={(form) => ({ owner: String(form.get("owner")).trim() || null })}
    >
      <TextInput
        name="owner"
        aria-label="Owner"
        placeholder="user:ana or team:risk"
        defaultValue={asset.owner ?? ""}
        autoFocus
      />
    </PatchForm>
  );
}

function TagForm({ asset, close }: Editable) {
  const [tags, setTags] = useState(asset.tags);
  return (
    <PatchForm asset={asset} close={close} patch={() => ({ tags })}>
      <TagsInput
        aria-label="Tags"
        description="Enter after each"
        value={tags}
        onChange={setTags}
        autoFocus
      />
    </PatchForm>
  );
}

function SourceForm({ asset, close }: Editable) {
  return (
    <PatchForm
      asset={asset}
      close={close}
      patch={(form) => ({ is_source: form.get("source") === "on" })}
    >
      <Switch
        name="source"
        label="Data enters the organisation here"
        defaultChecked={asset.is_source}
      />
    </PatchForm>
  );
}
