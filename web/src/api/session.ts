/** The token of this tab: kept until the tab closes, never in a URL or a cookie. */

const KEY = "sluice.token";

type Listener = () => void;
const listeners = new Set<Listener>();

export function token(): string | null {
  return window.sessionStorage.getItem(KEY);
}

export function begin(value: string): void {
  window.sessionStorage.setItem(KEY, value.trim());
}

/** Forgets the token and tells whoever listens; a second end says nothing. */
export function end(): void {
  if (token() === null) return;
  window.sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

export function onEnd(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
