import type { GrantChange, GrantChanges } from "../../analysis/diff/grant-changes.js";
import type { OperationChange } from "../../analysis/diff/operation-changes.js";
import type { ScopeChange, ScopeValue } from "../../analysis/diff/scope-changes.js";
import type { DiffWitness } from "../../analysis/diff/witness.js";
import type { PolicyDiff } from "../../analysis/diff-policies.js";
import type { Word } from "../describe-rule.js";
import { tokenWords } from "./token-words.js";
import { joined, named, names } from "./words.js";

/** Two policies and their differences. */
export interface DiffReport {
  readonly before: ReportedPolicy;
  readonly after: ReportedPolicy;
  readonly diff: PolicyDiff;
}

/** The file and the version of a policy. */
export interface ReportedPolicy {
  readonly file: string;
  readonly version: string;
}

/** Differences of one kind. */
export interface DiffSection {
  readonly title: string;
  /** The headings of the columns. */
  readonly head: readonly [state: string, name: string, detail: string];
  readonly rows: readonly DiffRow[];
}

/** One difference in words. */
export interface DiffRow {
  readonly state: string;
  readonly name: string;
  readonly detail: readonly Word[];
}

/** The changes of operations in the order in which they are listed: first what opens something. */
const CHANGES = ["wider", "added", "different", "narrower", "removed", "equal"] as const;

/** Returns the differences in words, without empty sections. */
export function diffSections({ diff }: DiffReport): readonly DiffSection[] {
  const { operations, scopes, unproved, grants } = diff;
  const sections: readonly DiffSection[] = [
    {
      title: "Operations",
      head: ["change", "operation", "shown by"],
      rows: [...operationRows(operations, new Set(unproved)), ...otherUnproved(diff)],
    },
    { title: "Scopes", head: ["change", "scope", "values"], rows: scopes.map(scopeRow) },
    {
      title: "Existing grants",
      head: ["grants", "scope", "effect"],
      rows: (grants?.groups ?? []).map(grantRow),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

function operationRows(
  operations: readonly OperationChange[],
  unproved: ReadonlySet<string>,
): readonly DiffRow[] {
  return CHANGES.flatMap((change) =>
    operations
      .filter((one) => one.change === change && (change !== "equal" || one.previousName))
      .map((one) => ({
        state: change === "equal" ? "renamed" : change,
        name: one.name,
        detail: operationWords(one, unproved.has(one.name)),
      })),
  );
}

function operationWords(
  { name, previousName, change, witness, narrowing }: OperationChange,
  isUnproved: boolean,
): readonly Word[] {
  const parts: readonly (readonly Word[])[] = [
    previousName === undefined ? [] : [{ text: "was " }, { scope: previousName }],
    ...[witness, narrowing].map((one) => (one === undefined ? [] : witnessWords(one, name))),
    isUnproved ? [{ text: "not proved: the search stopped at its limit" }] : [],
    witness === undefined && !isUnproved && (change === "added" || change === "removed")
      ? [{ text: change === "added" ? "denies every call" : "denied every call" }]
      : [],
  ];
  return joined(parts, "; ");
}

/** Returns what a witness shows: `with "a", denied with insufficient_scope before, now allowed`. */
function witnessWords(witness: DiffWitness, name: string): readonly Word[] {
  const { call, token, params = {}, before, after, enriched } = witness;
  const given = Object.entries(params).map(([param, value]): readonly Word[] => [
    { text: `${param} ` },
    { scope: String(value) },
  ]);
  const codes =
    enriched === undefined
      ? `${before} before, now ${after}`
      : enriched === "after"
        ? "allowed before, now with additional detail"
        : "with additional detail before, now allowed without";
  return [
    ...tokenWords(token),
    ...(given.length === 0 ? [] : [{ text: ", " }, ...joined(given, ", ")]),
    ...(call === name ? [] : [{ text: ", call " }, { scope: call }]),
    { text: `: ${codes}` },
  ];
}

/** Returns the rows for what is not proved and is not an operation. */
function otherUnproved({ operations, unproved }: PolicyDiff): readonly DiffRow[] {
  const known = new Set(operations.map(({ name }) => name));
  return unproved
    .filter((name) => !known.has(name))
    .map((name) => ({ state: "unproved", name, detail: [{ text: "too many patterns match" }] }));
}

function scopeRow({ name, change, from, to }: ScopeChange): DiffRow {
  const details: Readonly<Record<string, readonly Word[]>> = {
    added: [],
    removed: [{ text: "no scope replaces it" }],
    renamed: [{ text: "was " }, ...valueWords(from)],
  };
  const values = [{ text: "from " }, ...valueWords(from), { text: " to " }, ...valueWords(to)];
  const detail = Object.hasOwn(details, change) ? details[change] : undefined;
  return { state: change.replaceAll("_", " "), name, detail: detail ?? values };
}

function valueWords(value: ScopeValue | undefined): readonly Word[] {
  if (typeof value === "boolean") return [{ text: value ? "yes" : "no" }];
  if (value === undefined || value.length === 0) return [{ text: "none" }];
  return typeof value === "string" ? [{ scope: value }] : named(value);
}

function grantRow(change: GrantChange): DiffRow {
  const { grant, count, clients, users, loses, gains, missing, consent } = change;
  const { scope } = grant;
  const text = typeof scope === "string" ? scope : scope.join(" ");
  const conditions = tokenWords(grant, true);
  const asked = consent === "policy_changed" ? "the next request asks for consent again" : "";
  const parts: readonly (readonly Word[])[] = [
    conditions,
    loses.length === 0 ? [] : [{ text: "loses " }, ...names(loses)],
    missing.length === 0 ? [] : [{ text: "needs consent to " }, ...names(missing)],
    gains.length === 0 ? [] : [{ text: "gains " }, ...names(gains)],
    asked === "" ? [] : [{ text: asked }],
    clients.length === 0 ? [] : [{ text: "clients " }, ...names(clients)],
    users.length === 0 ? [] : [{ text: countOf(users.length, "user") }],
  ];
  return {
    state: String(count),
    name: text === "" ? "(no scope)" : text,
    detail: joined(parts, "; "),
  };
}

/** Returns the numbers of changes: `1 wider, 2 narrower, 30 equal`. */
export function countText({ diff: { operations } }: DiffReport): string {
  const counts = CHANGES.map((change) => {
    const count = operations.filter((one) => one.change === change).length;
    return count === 0 ? "" : `${count} ${change}`;
  });
  return counts.filter((text) => text !== "").join(", ") || "no operations";
}

/** Returns remarks on the comparison: the grants in numbers, and the version. */
export function remarksOn({ before, after, diff }: DiffReport): readonly string[] {
  const { operations, scopes, semver, grants } = diff;
  const isChanged = scopes.length > 0 || operations.some(({ change }) => change !== "equal");
  const isSame = isChanged && before.version === after.version;
  return [
    ...(grants === undefined ? [] : grantRemarks(grants)),
    `version: a ${semver} step, from ${before.version} to ${after.version}${
      isSame ? ": the same version, so consent pages do not ask again" : ""
    }`,
  ];
}

function grantRemarks(grants: GrantChanges): readonly string[] {
  const { total, losing, gaining, missingScope, policyChanged, unproved } = grants;
  const counts = [
    `lose an operation: ${losing}`,
    `gain one: ${gaining}`,
    `need consent to keep what they have: ${missingScope}`,
    `asked again at the next request: ${policyChanged}`,
  ];
  const open =
    unproved.length === 0 ? "" : `; not every call was compared of ${unproved.join(", ")}`;
  return [`${countOf(total, "existing grant")}: ${counts.join(", ")}${open}`];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
