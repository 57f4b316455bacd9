/** A time as people say it, with the exact one on hover. */

import { Text } from "@mantine/core";

import { ago, moment } from "./format";

export function Moment({ at }: { at: string }) {
  return (
    <Text span inherit title={moment(at)}>
      <time dateTime={at}>{ago(at)}</time>
    </Text>
  );
}
