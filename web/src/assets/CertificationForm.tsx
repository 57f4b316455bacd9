import { Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import type { AssetDetail, Certification } from "../api/assets";
import { PatchForm } from "./Property";

const CHOICES: readonly { value: Certification; label: string; description: string }[] = [
  { value: "certified", label: "Certified", description: "Fit for models; the gate lets it pass" },
  { value: "none", label: "Not certified", description: "Nobody has judged it" },
  { value: "rejected", label: "Rejected", description: "Not to be used" },
];

/** A steward's judgement of an asset, and until when it holds. */
export function CertificationForm({ asset, close }: { asset: AssetDetail; close: () => void }) {
  const [certification, setCertification] = useState(asset.certification as Certification);
  const patch = (form: FormData) => ({
    certification,
    certified_until:
      certification === "certified" ? endOfDay(String(form.get("until") ?? "")) : null,
  });
  return (
    <PatchForm asset={asset} close={close} patch={patch}>
      <Radio.Group
        aria-label="Certification"
        value={certification}
        onChange={(value) => setCertification(value as Certification)}
      >
        <Stack gap="xs">
          {CHOICES.map((choice) => (
            <Radio key={choice.value} size="sm" {...choice} />
          ))}
        </Stack>
      </Radio.Group>
      {certification === "certified" && (
        <TextInput
          type="date"
          name="until"
          label="Until"
          description="Leave empty for no end"
          defaultValue={asset.certified_until?.slice(0, 10) ?? ""}
        />
      )}
    </PatchForm>
  );
}

function endOfDay(date: string): string | null {
  return date ? `${date}T23:59:59Z` : null;
}
