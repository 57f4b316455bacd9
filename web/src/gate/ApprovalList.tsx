/** Who must sign, who has, and the pen for those who may. */

import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Evaluation, RequiredApproval } from "../api/evaluations";
import { meQuery, useMay } from "../api/me";
import { ToneBadge } from "../ui/Badges";
import { person } from "../ui/format";
import { Moment } from "../ui/Moment";
import { ApprovalDialog } from "./ApprovalDialog";
import classes from "./RuleCard.module.css";

export function ApprovalList({ evaluation }: { evaluation: Evaluation }) {
  return (
    <Stack component="section" gap="sm">
      <Title order={2}>Approvals</Title>
      <Paper className={classes.rule}>
        {evaluation.approvals.map((approval, position) => (
          <div key={approval.role} className={position > 0 ? classes.remediation : classes.head}>
            <Approval approval={approval} evaluation={evaluation} />
          </div>
        ))}
      </Paper>
    </Stack>
  );
}

function Approval({
  approval,
  evaluation,
}: {
  approval: RequiredApproval;
  evaluation: Evaluation;
}) {
  const { role, needed, given } = approval;
  const yes = given.filter(({ approved }) => approved).length;
  const refused = given.some(({ approved }) => !approved);
  const complete = yes >= needed && !refused;
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <ToneBadge tone={refused ? "bad" : complete ? "good" : "wait"}>
            {refused ? "refused" : complete ? "given" : `${yes} of ${needed}`}
          </ToneBadge>
          <Text fw={560}>{role}</Text>
        </Group>
        {!complete && <Sign role={role} evaluation={evaluation} />}
      </Group>
      {given.map(({ subject, at, reason, approved }) => (
        <Text key={`${subject} ${at}`} fz="sm">
          <b>{person(subject)}</b> {approved ? "approved" : "refused"} <Moment at={at} />: {reason}
        </Text>
      ))}
      {given.length === 0 && (
        <Text fz="sm" c="dimmed">
          Nobody with the role {role} has answered yet.
        </Text>
      )}
    </Stack>
  );
}

/** The buttons, only for those who hold the role and did not ask for the evaluation themselves. */
function Sign({ role, evaluation }: { role: string; evaluation: Evaluation }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const mayApprove = useMay("approval:give");
  const [answering, setAnswering] = useState<boolean | null>(null);
  const [answered, setAnswered] = useState(false);
  if (!mayApprove || !me.roles.some((held) => held.role === role)) return null;
  if (me.subject === evaluation.requested_by) {
    return <Aside>You asked for this evaluation, so someone else must answer.</Aside>;
  }
  // An evaluation never changes: the answer shows in the one that is made next.
  if (answered)
    return <Aside>Your answer is recorded. It counts from the next evaluation on.</Aside>;
  return (
    <Group gap="xs">
      <Button size="xs" onClick={() => setAnswering(true)}>
        Approve
      </Button>
      <Button size="xs" variant="default" onClick={() => setAnswering(false)}>
        Refuse
      </Button>
      {answering !== null && (
        <ApprovalDialog
          evaluation={evaluation}
          role={role}
          approved={answering}
          answered={() => setAnswered(true)}
          close={() => setAnswering(null)}
        />
      )}
    </Group>
  );
}

function Aside({ children }: { children: string }) {
  return (
    <Text fz="sm" c="dimmed" component="output">
      {children}
    </Text>
  );
}
