import { firstItems, readOneOrMore } from "../grammar/any-value.js";
import {
  type Alternative,
  type Boundary,
  branchesOf,
  type CompiledPolicy,
  type CompiledScope,
} from "../policy/compiled-policy.js";
import { meetsTypeConditions } from "../policy/conditions.js";
import { ownMembers } from "../policy/own-members.js";
import { cleanClientText, forLog } from "./clean-text.js";
import { isFirstParty } from "./facts.js";
import { grantedMeanings, type Offer } from "./grantable-scopes.js";
import { type ConsentLocale, localizedName } from "./locale.js";
import type {
  ConsentBoundary,
  ConsentFacts,
  ConsentOptions,
  ConsentText,
  GrantedBoundary,
} from "./model.js";
import { accountTypesOf } from "./scope-operations.js";

/**
 * Returns the boundaries that operations of some scopes need, hidden operations included. An operation counts if these scopes and the
 * earlier grant have all scopes of an alternative, apart from the baseline.
 */
function neededBoundaries(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  scopes: readonly CompiledScope[],
): readonly Boundary[] {
  const { boundaries, operations, patterns, baseline } = policy;
  if (boundaries.length === 0) return [];
  const granted = [...grantedMeanings(policy, facts).values()].map(({ scope }) => scope);
  const ids = new Set(
    [...scopes, ...granted].flatMap(({ closure }) => closure.map(({ scope }) => scope)),
  );
  const types = accountTypesOf(facts.account);
  const isPossible = ({ uses, reserved, typeConditions }: Alternative) => {
    if (reserved && !isFirstParty(facts.client)) return false;
    if (types !== undefined && !meetsTypeConditions(typeConditions, types)) return false;
    const own = uses.filter(({ scope }) => !baseline.includes(scope));
    return (own.length > 0 ? own : uses).every(({ scope }) => ids.has(scope.id));
  };
  const needed = new Set<Boundary>();
  const all = [...operations.values(), ...patterns.map(({ operation }) => operation)];
  for (const { rules } of all.flatMap(branchesOf)) {
    for (const alternative of rules.flatMap(({ alternatives }) => alternatives)) {
      if (alternative.within.length === 0 || !isPossible(alternative)) continue;
      for (const { boundary } of alternative.within) needed.add(boundary);
    }
  }
  return boundaries.filter((boundary) => needed.has(boundary));
}

/** Returns the values that the earlier grant has for a boundary. */
function grantedValues(
  { grantedBoundaries }: Pick<ConsentFacts, "grantedBoundaries">,
  name: string,
): readonly string[] {
  return readOneOrMore(ownMembers(grantedBoundaries)?.[name]) ?? [];
}

/** Returns the labels of the values that a user may grant for a boundary. */
function labelsOf(
  account: ConsentFacts["account"],
  name: string,
): Readonly<Record<string, string>> {
  return ownMembers(ownMembers(account?.boundaries)?.[name]) ?? {};
}

/** Returns the values that a grant has for each boundary of the policy, with their labels. */
export function grantedBoundaries(
  policy: CompiledPolicy,
  granted: ConsentFacts["grantedBoundaries"],
  { account, locale }: Pick<ConsentFacts, "account"> & { readonly locale: ConsentLocale },
): readonly GrantedBoundary[] {
  return policy.boundaries.flatMap((boundary) => {
    const { name } = boundary;
    const title = titleOf(policy, boundary, locale).text;
    const values = grantedValues({ grantedBoundaries: granted }, name);
    const labels = labelsOf(account, name);
    const shown = values.map((value) => ({
      value,
      label: cleanClientText(labels[value]) ?? value,
    }));
    return values.length === 0 ? [] : [{ name, title, values: shown }];
  });
}

/** Returns the boundaries that the offered scopes need, each with the values that the user may choose. */
export function boundariesOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  { prechecked }: ConsentOptions,
  { offer, locale }: { readonly offer: Offer; readonly locale: ConsentLocale },
): readonly ConsentBoundary[] {
  const offered = offer.scopes.map(({ scope }) => scope);
  return neededBoundaries(policy, facts, offered).map((boundary, at) => {
    const { name } = boundary;
    const { text: title, lang } = titleOf(policy, boundary, locale);
    const before = grantedValues(facts, name);
    const values = Object.entries(labelsOf(facts.account, name));
    const isOnly = values.length === 1 && before.length === 0 && prechecked !== "never";
    return {
      name,
      title,
      lang,
      values: values.map(([value, label], index) => ({
        domId: `boundary-${at + 1}-${index + 1}`,
        value,
        label: cleanClientText(label) ?? value,
        checked: isOnly || before.includes(value),
        isNew: before.length > 0 && !before.includes(value),
      })),
    };
  });
}

function titleOf(
  { definition }: CompiledPolicy,
  { name, title }: Boundary,
  locale: ConsentLocale,
): ConsentText {
  return localizedName(definition, { kind: "boundaries", name, text: title }, locale);
}

/** Returns whether the earlier grant covers every value that a screen offers, and each boundary has one. */
export function areGranted(facts: ConsentFacts, boundaries: readonly ConsentBoundary[]): boolean {
  return boundaries.every(({ name, values }) => {
    const before = grantedValues(facts, name);
    return values.length > 0 && values.every(({ value }) => before.includes(value));
  });
}

/** Values by the name of their boundary. */
type ValuesByBoundary = Readonly<Record<string, readonly string[]>>;

/** The values that a browser posted for boundaries: those that were offered, and for the log those that were not. */
export interface BoundaryChoice {
  readonly chosen: ReadonlyMap<string, readonly string[]>;
  readonly offending: readonly string[];
}

/** Maximum number of posted values; more than any screen has. */
const MAX_POSTED = 65_536;

/** Compares the posted values with those that the screen offers. Reads a list of `name=value`, or an object of lists. */
export function readChoice(
  posted: unknown,
  boundaries: readonly ConsentBoundary[],
): BoundaryChoice {
  const fields = new Set(postedFields(posted));
  const offending = new Set(fields);
  const chosen = new Map<string, readonly string[]>();
  for (const { name, values } of boundaries) {
    const list = values.flatMap(({ value }) => {
      const field = boundaryField(name, value);
      offending.delete(field);
      return fields.has(field) ? [value] : [];
    });
    if (list.length > 0) chosen.set(name, list);
  }
  return { chosen, offending: [...offending].map(forLog) };
}

/** Returns the text that the form posts for a value. The name of a boundary has no `=`. */
export function boundaryField(name: string, value: string): string {
  return `${name}=${value}`;
}

/** Returns the posted values as form fields. Values of a wrong type are kept, so that the caller reports them. */
function postedFields(posted: unknown): readonly unknown[] {
  if (posted === undefined || posted === null || posted === "") return [];
  const items = firstItems(posted, MAX_POSTED);
  if (items !== undefined) return items;
  if (typeof posted !== "object") return [posted];
  const members: Readonly<Record<string, unknown>> = { ...(ownMembers(posted) ?? { "": posted }) };
  return Object.entries(members).flatMap(([name, values]) => {
    const list = typeof values === "string" ? [values] : firstItems(values, MAX_POSTED);
    return (list ?? [values]).map((value) =>
      typeof value === "string" ? boundaryField(name, value) : value,
    );
  });
}

/** Returns whether a boundary that the granted scopes need has no chosen value. */
export function isBoundaryMissing(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  granted: readonly CompiledScope[],
  { chosen }: BoundaryChoice,
): boolean {
  return neededBoundaries(policy, facts, granted).some(({ name }) => !chosen.has(name));
}

/** Returns the granted values, and those of the earlier grant that are not granted any more, by boundary. */
export function boundaryOutcome(
  facts: ConsentFacts,
  { chosen }: BoundaryChoice,
): { readonly boundaries: ValuesByBoundary; readonly removedBoundaries: ValuesByBoundary } {
  const removed = [...chosen].flatMap(([name, values]) => {
    const gone = grantedValues(facts, name).filter((value) => !values.includes(value));
    return gone.length === 0 ? [] : [[name, gone] as const];
  });
  return {
    boundaries: Object.fromEntries(chosen),
    removedBoundaries: Object.fromEntries(removed),
  };
}
