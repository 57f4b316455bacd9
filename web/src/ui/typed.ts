import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

interface Typed {
  typed: string;
  type: (next: string) => void;
}

/** What stands in a text box, and hands it on once the typing pauses; `value` wins when it changes by other means. */
export function useTyped(value: string, commit: (value: string | undefined) => void): Typed {
  const [typed, setTyped] = useState(value);
  const [committed, setCommitted] = useState(value);
  if (value !== committed) {
    setCommitted(value);
    setTyped(value);
  }
  const later = useDebouncedCallback((next: string) => {
    setCommitted(next);
    commit(next || undefined);
  }, 250);
  const type = (next: string) => {
    setTyped(next);
    later(next.trim());
  };
  return { typed, type };
}
