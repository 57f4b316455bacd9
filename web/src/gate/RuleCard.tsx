/** A rule that does not hold: what it asks, what was found, how to mend it, whom to ask. */

import { Badge, Box, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import type { Finding, RuleResult } from "../api/evaluations";
import { useMay } from "../api/me";
import { ToneBadge } from "../ui/Badges";
import { count, person } from "../ui/format";
import { Icon } from "../ui/Icon";
import { LinkTo } from "../ui/links";
import { MaskingDialog } from "./MaskingDialog";
import { PathChain } from "./PathChain";
import { fieldHops, viewOf } from "./path";
import classes from "./RuleCard.module.css";

/** More would bury the page; the rest unfold on demand. */
const SHOWN_AT_FIRST = 5;

export function RuleCard({ result }: { result: RuleResult }) {
  const [all, setAll] = useState(false);
  const shown = all ? result.findings : result.findings.slice(0, SHOWN_AT_FIRST);
  const hidden = result.findings.length - shown.length;
  return (
    <Paper component="article" className={classes.rule}>
      <Box className={classes.head}>
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <ToneBadge tone={result.severity === "block" ? "bad" : "wait"}>
            {result.status === "ERROR" ? "ERROR" : "FAIL"}
          </ToneBadge>
          <Stack gap={4}>
            <Title order={3}>{result.title}</Title>
            <Text fz="sm" c="dimmed">
              {result.why}
            </Text>
            <Group gap={6}>
              <Text fz="xs" c="dimmed" ff="monospace">
                {result.policy} / {result.rule}
              </Text>
              {result.clauses.map((clause) => (
                <Badge key={clause} size="xs" variant="default" fw={500}>
                  {clause}
                </Badge>
              ))}
            </Group>
          </Stack>
        </Group>
        {result.message && <Text mt="sm">{result.message}</Text>}
      </Box>
      {shown.map((finding, position) => (
        // Two findings may be about one subject.
        // oxlint-disable-next-line react/no-array-index-key
        <FindingBlock key={`${position} ${finding.subject}`} finding={finding} />
      ))}
      {hidden > 0 && (
        <Box className={classes.finding}>
          <Button variant="subtle" size="xs" onClick={() => setAll(true)}>
            Show {count(hidden, "more finding")}
          </Button>
        </Box>
      )}
      {result.finding_count > result.findings.length && (
        <Box className={classes.finding}>
          <Text fz="sm" c="dimmed">
            {count(result.finding_count, "finding")} in all; the first{" "}
            {result.findings.length.toLocaleString("en")} are kept.
          </Text>
        </Box>
      )}
      {result.remediation && (
        <Box className={classes.remediation}>
          <Text fz="sm">
            <Text span inherit fw={600}>
              In general:{" "}
            </Text>
            {result.remediation}
          </Text>
        </Box>
      )}
    </Paper>
  );
}

function FindingBlock({ finding }: { finding: Finding }) {
  return (
    <Box className={classes.finding}>
      <Stack gap="sm">
        <Text fw={560}>{finding.message}</Text>
        <PathChain path={finding.path} subject={finding.subject} />
        <dl className={classes.facts}>
          {finding.fix && <Fact term="Fix">{finding.fix}</Fact>}
          <Fact term="Ask">
            {finding.owner ? person(finding.owner) : "a steward: nobody owns it"}
          </Fact>
        </dl>
        <FindingActions finding={finding} />
      </Stack>
    </Box>
  );
}

function Fact({ term, children }: { term: string; children: string }) {
  return (
    <div className={classes.fact}>
      <Text component="dt" fz="sm" c="dimmed" fw={560}>
        {term}
      </Text>
      <Text component="dd" m={0}>
        {children}
      </Text>
    </div>
  );
}

function FindingActions({ finding }: { finding: Finding }) {
  const [marking, setMarking] = useState(false);
  const mayClassify = useMay("asset:classify");
  const hops = fieldHops(finding);
  const view = viewOf(finding.path);
  return (
    <Group gap="md">
      {view && (
        <LinkTo
          to="/lineage"
          search={{ ...view, direction: "upstream", columns: hops.length > 0 || undefined }}
          fz="sm"
        >
          <Group component="span" gap={6}>
            <Icon name="flow" size={14} /> See it in the lineage
          </Group>
        </LinkTo>
      )}
      {mayClassify && hops.length > 0 && (
        <Button size="compact-sm" variant="light" onClick={() => setMarking(true)}>
          Mark as masked…
        </Button>
      )}
      {marking && <MaskingDialog hops={hops} close={() => setMarking(false)} />}
    </Group>
  );
}
