// Everything that a small policy can meet: accounts, calls, and sets of scope-tokens.

import {
  type CaseOptions,
  type Definition,
  isPattern,
  type Params,
  partsOf,
  placeholdersOf,
  type Requirement,
} from "./definition.js";
import { TOOLS } from "./draw-definition.js";
import { type Account, entriesOf, meaningOf, NOW, VALUES, type World } from "./naive.js";

/** Returns every subset of a list, the empty one first. */
export function subsetsOf<T>(list: readonly T[]): T[][] {
  const all: T[][] = [[]];
  for (const one of list) all.push(...all.map((set) => [...set, one]));
  return all;
}

/** Returns the rules of an entry and of everything inside. */
const rulesOf = ({ tools, endpoints }: Definition): Requirement[] => [
  ...Object.values(tools),
  ...Object.values(endpoints),
];

const mentions = (definitions: readonly Definition[], key: "acr" | "maxAge" | "within"): boolean =>
  definitions
    .flatMap(rulesOf)
    .flatMap(partsOf)
    .some((part) => part[key] !== undefined);

function restrictedTexts({ scopes }: Definition): string[] {
  const names = Object.keys(scopes).filter((name) => scopes[name]?.restricted);
  return names.flatMap((name) => VALUES.map((value) => name.replace(/\{\w+\}/, value)));
}

/** Returns the accounts that differ for some of the definitions, of clients of the owner and of others. */
export function accountsOf(definitions: readonly Definition[]): Account[] {
  const listed = (key: "tiers" | "accountTypes" | "entitlements") => [
    ...new Set(definitions.flatMap((one) => one[key] ?? [])),
  ];
  const isReserving = definitions.some(({ scopes }) =>
    Object.values(scopes).some(({ reserved }) => reserved),
  );
  const freshness: Partial<Account>[] = [
    {},
    ...(mentions(definitions, "acr") ? [{ acr: "mfa" }] : []),
    ...(mentions(definitions, "maxAge") ? [{ auth_time: NOW - 10 }] : []),
    ...(mentions(definitions, "acr") && mentions(definitions, "maxAge")
      ? [{ acr: "mfa", auth_time: NOW - 10 }]
      : []),
  ];
  const limits: Partial<Account>[] = mentions(definitions, "within")
    ? [{}, { boundaries: { project: ["a"] } }, { boundaries: { project: VALUES } }]
    : [{}];
  const restricted = definitions.flatMap(restrictedTexts);
  const parts: readonly (readonly Partial<Account>[])[] = [
    restricted.length > 0 ? [{}, { approvedScopes: restricted }] : [{}],
    [{}, ...listed("tiers").map((tier) => ({ tier }))],
    subsetsOf(listed("accountTypes")).map((account_type) => ({ account_type })),
    subsetsOf(listed("entitlements")).map((entitlements) => ({ entitlements })),
    (isReserving ? [false, true] : [false]).map((first_party) => ({ first_party })),
    freshness,
    limits,
  ];
  return parts.reduce<Partial<Account>[]>(
    (all, list) => all.flatMap((one) => list.map((other) => ({ ...one, ...other }))),
    [{}],
  ) as Account[];
}

/** Returns the names of the operations of definitions: those declared, and some that only patterns match. */
export function namesOf(definitions: readonly Definition[]): string[] {
  const declared = definitions.flatMap(({ tools, endpoints }) => [
    ...Object.keys(tools),
    ...Object.keys(endpoints),
  ]);
  const names = [...declared.filter((name) => !isPattern(name)), ...TOOLS, "get_long", "zz"];
  return [...new Set(names)].filter((name) =>
    definitions.some((one) => entriesOf(one, name).length > 0),
  );
}

/** Returns the names of the parameters and arguments that a name depends on, each with the values that calls give. */
function valuesOfParams(
  definitions: readonly Definition[],
  names: readonly string[],
): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  const add = (param: string, values: readonly unknown[]) =>
    found.set(param, [...new Set([...(found.get(param) ?? []), ...values])]);
  const rules = definitions.flatMap((one) =>
    names.flatMap((name) => entriesOf(one, name).map(({ rule }) => rule)),
  );
  const parts = rules.flatMap(partsOf);
  for (const part of parts) {
    for (const placeholder of placeholdersOf(part.scope ?? ""))
      add(part.params?.[placeholder] ?? placeholder, VALUES);
    for (const text of [...(part.allOf ?? []), ...(part.anyOf ?? []), part.otherwise])
      if (typeof text === "string") for (const one of placeholdersOf(text)) add(one, VALUES);
    for (const param of Object.values(part.within ?? {})) add(param, VALUES);
  }
  const bound = new Set(found.keys());
  for (const part of parts) {
    for (const [argument, value] of Object.entries((part as CaseOptions).when ?? {}))
      add(argument, bound.has(argument) ? VALUES : [...[value].flat(), "other"]);
  }
  return found;
}

function callsWith(values: ReadonlyMap<string, readonly unknown[]>): Params[] {
  let calls: Params[] = [{}];
  for (const [param, list] of values)
    calls = calls.flatMap((call) => list.map((value) => ({ ...call, [param]: value })));
  return calls;
}

/** Returns the parameters of every call of an operation that some definition tells apart. None leaves out a value. */
export const callsOf = (definitions: readonly Definition[], name: string): Params[] =>
  callsWith(valuesOfParams(definitions, [name]));

/** Returns the parameters of every call of several operations that one of them tells apart. */
export const jointCallsOf = (definition: Definition, names: readonly string[]): Params[] =>
  callsWith(valuesOfParams([definition], names));

/** Returns the calls of {@link callsOf}, and each of them without one of its parameters. */
export function partialCallsOf(definitions: readonly Definition[], name: string): Params[] {
  const whole = callsOf(definitions, name);
  const partial = whole.flatMap((call) =>
    Object.keys(call).map((left) =>
      Object.fromEntries(Object.entries(call).filter(([key]) => key !== left)),
    ),
  );
  const texts = new Set<string>();
  return [...whole, ...partial].filter((call) => {
    const text = JSON.stringify(call);
    return !texts.has(text) && texts.add(text) !== undefined;
  });
}

/** A set of scope-tokens and what it means in each of several worlds. */
export interface Grant {
  readonly tokens: readonly string[];
  readonly sets: readonly number[];
}

/** Returns every set of scope-tokens: the smallest one of those that mean the same in each world. */
export function grantsOf(worlds: readonly World[], firstParty: boolean): Grant[] {
  const texts = [...new Set(worlds.flatMap((world) => world.texts))];
  const found = new Map<string, Grant>([
    [worlds.map(() => 0).join(), { tokens: [], sets: worlds.map(() => 0) }],
  ]);
  for (const text of texts) {
    const meanings = worlds.map((world) => meaningOf(world, text, firstParty));
    for (const { tokens, sets } of [...found.values()]) {
      const joined = sets.map((set, at) => set | (meanings[at] as number));
      const key = joined.join();
      if (!found.has(key)) found.set(key, { tokens: [...tokens, text], sets: joined });
    }
  }
  return [...found.values()];
}
