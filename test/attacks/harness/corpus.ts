// The format of a corpus file, and the expansion of its shorthand.

/** The possible outcomes of a case. */
export const OUTCOMES = ["allow", "deny", "reject-input", "reject-policy"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export interface AttackCase {
  readonly id: string;
  readonly class: string;
  readonly given: JsonObject;
  readonly expect: Outcome;
  readonly alsoOk: readonly Outcome[];
  readonly isMust: boolean;
  readonly asserts: JsonObject;
  /** The adapters of the case, as written. */
  readonly adapters: readonly string[];
  readonly isNetwork: boolean;
  readonly why: string;
  /** Unknown members of the case. */
  readonly unknown: readonly string[];
}

export interface Corpus {
  readonly policies: JsonObject;
  readonly cases: readonly AttackCase[];
}

/** The error for a file that is not a corpus. The message names the place and the expected value. */
export class CorpusError extends Error {
  override readonly name = "CorpusError";
}

/** The error for a part of the dialect that the harness does not support: the case is skipped, and the reason is printed. */
export class Skip extends Error {
  override readonly name = "Skip";
}

const CASE_MEMBERS = new Set(
  "id class given expect alsoOk strength assert adapter profile harness why source".split(" "),
);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Returns an own member, or `undefined`. Names of a corpus are never looked up on a prototype. */
export function member(value: unknown, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Returns a string unchanged and any other value as JSON text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(JSON.stringify(value));
}

/** Parses a corpus file. Throws {@link CorpusError}. */
export function readCorpus(text: string, file: string): Corpus {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CorpusError(`${file}: expected JSON`);
  }
  const cases = member(json, "cases");
  const policies = member(json, "policies") ?? {};
  if (!isList(cases)) {
    throw new CorpusError(`${file}: no corpus; expected an object with a list of \`cases\``);
  }
  if (!isObject(policies)) throw new CorpusError(`${file}: expected an object at policies`);
  const read = cases.map((entry, index) => readCase(entry, `${file}: cases[${index}]`));
  const ids = new Set<string>();
  for (const { id } of read) {
    if (ids.has(id)) throw new CorpusError(`${file}: two cases with the id \`${id}\``);
    ids.add(id);
  }
  return { policies, cases: read };
}

function readCase(entry: Json, where: string): AttackCase {
  const id = member(entry, "id");
  if (!isObject(entry) || typeof id !== "string") {
    throw new CorpusError(`${where}: expected a case with an \`id\``);
  }
  const given = member(entry, "given");
  if (!isObject(given)) throw new CorpusError(`${where} (${id}): expected an object at given`);
  const outcome = (value: Json | undefined, key: string): Outcome => {
    const found = OUTCOMES.find((name) => name === value);
    if (found === undefined) {
      const list = OUTCOMES.map((name) => `\`${name}\``).join(", ");
      throw new CorpusError(`${where} (${id}): expected one of ${list} at ${key}`);
    }
    return found;
  };
  const asserts = member(entry, "assert") ?? {};
  if (!isObject(asserts)) throw new CorpusError(`${where} (${id}): expected an object at assert`);
  return {
    id,
    class: textOf(member(entry, "class") ?? "no class"),
    given,
    expect: outcome(member(entry, "expect"), "expect"),
    alsoOk: listOf(member(entry, "alsoOk")).map((value) => outcome(value, "alsoOk")),
    isMust: member(entry, "strength") !== "should",
    asserts,
    adapters: listOf(member(entry, "adapter")).map(textOf),
    isNetwork: member(entry, "harness") === "network",
    why: textOf(member(entry, "why") ?? ""),
    unknown: [
      ...Object.keys(entry).filter((key) => !CASE_MEMBERS.has(key)),
      ...(["network", undefined].includes(member(entry, "harness") as string | undefined)
        ? []
        : [`harness: ${textOf(member(entry, "harness"))}`]),
    ],
  };
}

/** Returns a list unchanged and any other value as a list of one item. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** The values for shorthand: the time of the case, and the attacker's public key. */
export interface ShorthandValues {
  /** Seconds since 1970, the same for the whole case. */
  readonly now: number;
  readonly attackerJwk: Json;
}

/** Returns whether a value is the shorthand for an absent member. */
function isAbsent(value: unknown): boolean {
  return isObject(value) && Object.hasOwn(value, "$absent");
}

/** Expands `$repeat`, `$now`, `$scopes` and `$attackerJwk` at any depth. `$absent` is left to {@link dropAbsent}. */
export function expandShorthand(
  value: Json | undefined,
  written: ShorthandValues,
): Json | undefined {
  if (isList(value)) return value.map((item) => expandShorthand(item, written) ?? null);
  if (!isObject(value)) return value;
  const [first, ...others] = Object.keys(value);
  const shorthand = others.length === 0 ? SHORTHANDS.get(first ?? "") : undefined;
  if (shorthand !== undefined) return shorthand(value[first as string], written);
  return mapMembers(value, (item) => expandShorthand(item, written));
}

/** Removes the members with `$absent`, at any depth. */
export function dropAbsent(value: Json | undefined): Json | undefined {
  if (isAbsent(value)) return undefined;
  if (isList(value)) {
    return value.filter((item) => !isAbsent(item)).map((item) => dropAbsent(item) ?? null);
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => !isAbsent(item));
  return mapMembers(Object.fromEntries(kept), dropAbsent);
}

/** Maps the members of an object. `fromEntries` creates own members, `__proto__` included. */
function mapMembers(
  value: JsonObject,
  change: (item: Json | undefined) => Json | undefined,
): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

const SHORTHANDS: ReadonlyMap<
  string,
  (argument: Json | undefined, written: ShorthandValues) => Json
> = new Map<string, (argument: Json | undefined, written: ShorthandValues) => Json>([
  ["$now", (seconds, { now }) => now + Number(seconds)],
  ["$repeat", (pair) => textOf(listOf(pair)[0]).repeat(Number(listOf(pair)[1]))],
  [
    "$scopes",
    (count) => Array.from({ length: Number(count) }, (_, index) => `s${index}:read`).join(" "),
  ],
  ["$attackerJwk", (_, { attackerJwk }) => attackerJwk],
]);

/** Resolves the policy of a case: a name, an extension of another policy, or a complete policy. */
export function resolvePolicy(policy: Json | undefined, policies: JsonObject, depth = 0): Json {
  if (depth > 16) throw new Skip("policies of the corpus extend each other without end");
  if (typeof policy === "string" && policy.startsWith("@")) {
    const named = member(policies, policy.slice(1));
    if (named === undefined) throw new Skip(`the corpus has no policy \`${policy}\``);
    return resolvePolicy(named, policies, depth + 1);
  }
  if (!isObject(policy) || !Object.hasOwn(policy, "$extends")) return policy ?? null;
  const base = resolvePolicy(policy["$extends"], policies, depth + 1);
  const removed = new Set(listOf(policy["$remove"]).map(textOf));
  const entries = [
    ...Object.entries(isObject(base) ? base : {}),
    ...Object.entries(policy).filter(([key]) => key !== "$extends" && key !== "$remove"),
  ];
  return Object.fromEntries(entries.filter(([key]) => !removed.has(key)));
}
