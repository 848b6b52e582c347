/**
 * The words that name the action of a scope, as providers write them: whole words in lower case. The last of them in a scope
 * is its action. A scope without one has no known action.
 *
 * Words that providers mostly use for a role or a resource are left out: `admin`, `all`, `tools`, `status`, `access`,
 * `record`, `query`. The list can grow.
 *
 * @example
 * ```ts
 * import { SCOPE_VERBS } from "scope-policy";
 *
 * console.log(SCOPE_VERBS.includes("read")); // true
 * ```
 */
export const SCOPE_VERBS = [
  // to see
  "read",
  "view",
  "get",
  "list",
  "search",
  "listen",
  "subscribe",
  "download",
  "pull",
  "export",
  // to change
  "write",
  "create",
  "add",
  "insert",
  "compose",
  "update",
  "edit",
  "modify",
  "manage",
  "delete",
  "remove",
  "archive",
  "restore",
  "import",
  "upload",
  "push",
  "sync",
  // to do
  "execute",
  "run",
  "start",
  "stop",
  "trigger",
  "send",
  "publish",
  "share",
  "invite",
  "join",
  "assign",
  "connect",
  "link",
  "approve",
  "cancel",
  "refund",
  "revoke",
  "sign",
  "verify",
  // two in one word
  "readonly",
  "readwrite",
  "read_only",
  "read_write",
  "read_all",
  "write_all",
  "verify_only",
] as const;

/** A word of {@link SCOPE_VERBS}. */
export type ScopeVerb = (typeof SCOPE_VERBS)[number];

const VERBS: ReadonlySet<string> = new Set(SCOPE_VERBS);

/** Returns whether a word is in {@link SCOPE_VERBS}, case-sensitively. */
export function isScopeVerb(word: string): word is ScopeVerb {
  return VERBS.has(word);
}

/** The verbs of an action that reads and changes nothing. */
const READ_VERBS: ReadonlySet<string> = new Set(
  "read view get list search listen subscribe download pull export readonly read_only read_all verify_only".split(
    " ",
  ),
);

/** Returns whether a word is a verb of an action that reads and changes nothing, case-sensitively. */
export function isReadVerb(word: string): boolean {
  return READ_VERBS.has(word);
}
