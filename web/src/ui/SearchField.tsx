/** A text box whose words go to the URL once the typing pauses. */

import { CloseButton, TextInput, type TextInputProps } from "@mantine/core";
import type { Ref } from "react";

import { useTyped } from "./typed";

interface SearchFieldProps extends Omit<TextInputProps, "value" | "onChange"> {
  value: string | undefined;
  onCommit: (value: string | undefined) => void;
  ref?: Ref<HTMLInputElement>;
}

export function SearchField({ value = "", onCommit, ...input }: SearchFieldProps) {
  const { typed, type } = useTyped(value, onCommit);
  const clear = <CloseButton size="sm" aria-label="Clear the search" onClick={() => type("")} />;
  return (
    <TextInput
      {...input}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
      rightSection={typed && clear}
    />
  );
}
