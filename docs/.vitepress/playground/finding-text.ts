import type { Finding } from "scope-policy";

/** Returns a finding as one line, with what was probably meant. */
export function findingText({ message, suggestion }: Finding): string {
  return suggestion === undefined ? message : `${message}; did you mean \`${suggestion}\`?`;
}
