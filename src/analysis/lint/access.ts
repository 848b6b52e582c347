import { isReadVerb, isScopeVerb } from "../../grammar/verbs.js";
import type { CompiledScope } from "../../policy/compiled-policy.js";
import { actionOf } from "../../policy/scope-action.js";

/** What the words of a name say that it is for; `undefined` if they have no verb. */
export type Access = "read" | "write" | undefined;

/** Returns what the name of a scope says that the scope permits. */
export function accessOfScope(scope: CompiledScope): Access {
  const action = actionOf(scope);
  if (!action) return undefined;
  return isReadVerb(action) ? "read" : "write";
}

/** Words that change or destroy something and that no scope has as its action. */
const MORE_WRITE_WORDS: ReadonlySet<string> = new Set(
  "set put patch replace rename move copy drop purge destroy wipe erase reset enable disable deactivate terminate kill transfer pay".split(
    " ",
  ),
);
/** Words of scopes that tools also have in their name without changing anything: `verify_token`, `run_report`. */
const UNCLEAR_WORDS: ReadonlySet<string> = new Set("run verify sign link connect".split(" "));

/** Words that no scope has as its action, and with which the name of a tool that changes nothing starts: `preview_delete`, `check_update`. */
const LEADING_READ_WORDS: ReadonlySet<string> = new Set(
  "preview check validate show describe explain inspect fetch find lookup query count compare diff estimate simulate test is has can".split(
    " ",
  ),
);

/** Returns the words of a name in lower case. */
function wordsOf(name: string): readonly string[] {
  const words = name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, "_").split(/[^A-Za-z]+/);
  return words.filter(Boolean).map((word) => word.toLowerCase());
}

/** Returns the first word of the name of a tool that tells what it does, in lower case; `undefined` without one. */
function verbOfTool(name: string): string | undefined {
  // before a separator is the group of the tool: `orders.preview_delete`
  const words = wordsOf(name.replace(/^.*[./:]/s, ""));
  // `find_and_replace` does both
  if (LEADING_READ_WORDS.has(words[0] ?? "") && !words.includes("and")) return undefined;
  return wordsOf(name).find((word) => isScopeVerb(word) || MORE_WRITE_WORDS.has(word));
}

/** The methods of endpoints that replace, change or remove something. POST also starts searches. */
const WRITE_METHODS: ReadonlySet<string> = new Set(["PUT", "PATCH", "DELETE"]);

/** Returns the word in the name of an operation that looks like a change: `delete`, `PUT`. `undefined` for other names. */
export function writeWordOf(name: string): string | undefined {
  const space = name.indexOf(" ");
  const word = space === -1 ? verbOfTool(name) : name.slice(0, space);
  if (word === undefined) return undefined;
  if (space !== -1) return WRITE_METHODS.has(word) ? word : undefined;
  return isReadVerb(word) || UNCLEAR_WORDS.has(word) ? undefined : word;
}
