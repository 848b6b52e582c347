import { printedScope } from "../../grammar/scope-syntax.js";
import type { ScopeOptions } from "../../policy/definition.js";
import type { ReportNote } from "../source/source.js";
import { findingsByMember, tryLoad } from "./load-findings.js";
import { noteDescriptions, type SchemeTable } from "./read-schemes.js";
import { firstParagraph, nameList } from "./texts.js";

/** Maximum number of characters of a description. */
export const MAX_DESCRIPTION = 500;

/** The scopes of a document, as entries of `scopes`. */
export interface DocumentScopes {
  readonly entries: ReadonlyMap<string, string | ScopeOptions>;
  readonly isRefused: (scope: string) => boolean;
}

/**
 * Returns the scopes that a policy declares: those of its extension, those that the schemes declare, and those that operations use.
 * A scope that a policy refuses is not among them.
 *
 * @param base - the members of a policy from the extension of the document
 * @param users - the operations that use each scope
 */
export function documentScopes(
  base: Readonly<Record<string, unknown>>,
  own: ReadonlyMap<string, string | ScopeOptions>,
  schemes: SchemeTable,
  users: ReadonlyMap<string, readonly string[]>,
  noScopeWords: ReadonlySet<string>,
  note: (note: ReportNote) => void,
): DocumentScopes {
  const declared = declaredScopes(schemes, noScopeWords, note);
  const entries = new Map(own);
  for (const [name, description] of declared) if (!own.has(name)) entries.set(name, description);
  for (const name of users.keys()) if (!entries.has(name)) entries.set(name, "");
  const refused = refuse(base, entries, own, note);
  const undeclared = [...users.keys()].filter(
    (name) => !refused.has(name) && !declared.has(name) && !own.has(name),
  );
  noteUndeclared(undeclared, users, declared.size > 0, note);
  for (const name of users.keys()) if (!own.has(name) && NO_SCOPE.test(name)) noteWord(name, note);
  for (const name of declared.keys()) {
    if (refused.has(name) || users.has(name)) continue;
    note({
      subject: name,
      code: "unused_scope",
      message: "declared and not used by any operation",
    });
  }
  return { entries, isRefused: (scope) => refused.has(scope) };
}

/** Notes scopes that no scheme declares: all in one note if the schemes declare none at all. */
function noteUndeclared(
  names: readonly string[],
  users: ReadonlyMap<string, readonly string[]>,
  isAnyDeclared: boolean,
  note: (note: ReportNote) => void,
): void {
  const code = "undeclared_scope";
  if (!isAnyDeclared && names.length > 1) {
    const message = `no security scheme declares a scope: the policy declares those that operations use, ${nameList(names)}`;
    note({ subject: "scopes", code, message });
    return;
  }
  for (const subject of names) {
    const count = users.get(subject)?.length;
    const used = count === 1 ? "one operation" : `${count} operations`;
    const message = `used by ${used} and not declared by a security scheme: the policy declares it`;
    note({ subject, code, message });
  }
}

/** Words that documents have in the place of a scope where none is needed. */
const NO_SCOPE = /^(?:-+|n\/?a|nil|none|null|no[ _-]?scopes?(?:[ _-]?(?:needed|required))?)$/i;

function noteWord(subject: string, note: (note: ReportNote) => void): void {
  const message = `read as the name of a scope: if it means that no scope is needed, use \`--no-scope-word ${subject}\``;
  note({ subject, code: "no_scope_word_likely", message });
}

function declaredScopes(
  { declared }: SchemeTable,
  noScopeWords: ReadonlySet<string>,
  note: (note: ReportNote) => void,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { scopes } of declared.values()) {
    for (const [written, description] of scopes) {
      const name = printedScope(written);
      if (noScopeWords.has(name)) continue;
      const text = firstParagraph(description, MAX_DESCRIPTION) ?? "";
      const known = found.get(name);
      if (known === undefined || known === "") found.set(name, text);
      else if (known !== text && text !== "") noteDescriptions(name, note);
    }
  }
  return found;
}

/** Removes the scopes that a policy refuses, with a note for each, and returns them. Those of the extension stay. */
function refuse(
  base: Readonly<Record<string, unknown>>,
  entries: Map<string, string | ScopeOptions>,
  own: ReadonlyMap<string, unknown>,
  note: (note: ReportNote) => void,
): ReadonlySet<string> {
  const refused = new Set<string>();
  for (;;) {
    const loaded = tryLoad({ ...base, scopes: Object.fromEntries(entries) });
    const findings = loaded.ok ? [] : loaded.findings;
    const { byName } = findingsByMember(findings, "scopes", entries.keys());
    const ours = [...byName].filter(([name]) => !own.has(name));
    for (const [subject, { message }] of ours) {
      entries.delete(subject);
      refused.add(subject);
      note({ subject, code: "refused_scope", message });
    }
    if (ours.length === 0) return refused;
  }
}
