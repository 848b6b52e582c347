// A slow, small model, after the API document, of the boundaries of a consent page. It shares no code with `src`.

import type { ConsentFacts } from "scope-policy";
import {
  alternativesOf,
  type Definition,
  modelBranches,
  modelOperation,
  optionsOf,
} from "./model.js";
import { grantOf } from "./model-consent.js";
import { canonical, modelReached, scopeOptions } from "./model-scopes.js";

type Values = Readonly<Record<string, readonly string[]>>;

const listOf = (value: unknown): string[] =>
  typeof value === "string" ? [value] : Array.isArray(value) ? (value as string[]) : [];

/**
 * Returns the boundaries that operations of some scopes need: an operation counts if these scopes and the earlier grant have all
 * scopes of an alternative, apart from the baseline.
 */
export function modelNeededBoundaries(
  definition: Definition,
  { client, account, granted }: ConsentFacts,
  scopes: readonly string[],
): string[] {
  const firstParty = client.firstParty === true;
  const baseline = (definition.baseline ?? []).map(canonical);
  const tokens = [...scopes, ...grantOf(granted)];
  const names = modelReached(definition, tokens, firstParty).map(({ scope }) => scope);
  const types = account?.account_type === undefined ? undefined : listOf(account.account_type);
  const rules = (["tools", "endpoints"] as const).flatMap((key) =>
    Object.entries(definition[key] ?? {})
      // no gate knows an internal operation
      .filter(([name, rule]) => !optionsOf(rule).internal && !isDenied(definition, key, name))
      .map(([, rule]) => ({ rule, all: key === "tools" ? baseline : [] })),
  );
  const needed = rules.flatMap(({ rule, all }) =>
    modelBranches(optionsOf(rule))
      .filter((branch) => branch.deny === undefined && !branch.public)
      .flatMap((branch) => alternativesOf(definition, branch, {}))
      .filter((alternative) => {
        const uses = [...alternative.uses.map(({ template }) => template), ...all];
        const own = uses.filter((scope) => !baseline.includes(scope));
        const lists = [
          ...alternative.types,
          ...uses.flatMap((scope) => typesOf(definition, scope)),
        ];
        const isReserved = uses.some((scope) => scopeOptions(definition, scope).reserved);
        return (
          (!isReserved || firstParty) &&
          lists.every((list) => types?.some((type) => list.includes(type)) ?? true) &&
          (own.length > 0 ? own : uses).every((scope) => names.includes(scope))
        );
      })
      .flatMap(({ within }) => within.map(({ boundary }) => boundary)),
  );
  return Object.keys(definition.boundaries ?? {}).filter((name) => needed.includes(name));
}

/** Returns whether another rule denies an operation: a pattern, or an endpoint that serves more paths. */
function isDenied(definition: Definition, key: "tools" | "endpoints", name: string): boolean {
  const rules = { ...definition[key], [name]: { public: true as const } };
  const operation = modelOperation({ ...definition, [key]: rules }, name, undefined, true);
  return operation?.rules.some((rule) => rule.deny !== undefined) ?? false;
}

const typesOf = (definition: Definition, scope: string): string[][] => {
  const { accountTypes } = scopeOptions(definition, scope);
  return accountTypes === undefined ? [] : [accountTypes];
};

/** Returns the values of each boundary that a page offers. */
export function modelOfferedValues(
  definition: Definition,
  facts: ConsentFacts,
  offered: readonly string[],
): [name: string, values: string[]][] {
  return modelNeededBoundaries(definition, facts, offered).map((name) => [
    name,
    Object.keys(facts.account?.boundaries?.[name] ?? {}),
  ]);
}

/** Returns the values of the earlier grant that a choice does not have, for the boundaries with a chosen value. */
export function modelRemovedValues(
  { grantedBoundaries = {} }: ConsentFacts,
  chosen: Values,
): Values {
  const gone = Object.entries(chosen).flatMap(([name, values]) => {
    const before = listOf((grantedBoundaries as Record<string, unknown>)[name]);
    const lost = before.filter((value) => !values.includes(value));
    return lost.length > 0 ? [[name, lost] as const] : [];
  });
  return Object.fromEntries(gone);
}
