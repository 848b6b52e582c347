import { notAssigned } from "../source/not-assigned.js";

/** The policy of `init` without a source: one scope to read, one to write, and one tool that waits for its rule. */
export function starterDefinition(name: string): Readonly<Record<string, unknown>> {
  return {
    name,
    version: "1",
    scopes: {
      "notes:read": { description: "Read your notes", default: "on" },
      "notes:write": { description: "Write and change your notes" },
    },
    tools: {
      list_notes: "notes:read",
      write_note: "notes:write",
      delete_notes: { deny: notAssigned("choose the scopes of `delete_notes`") },
    },
  };
}
