// What a file of attacks looks like, and how its shorthand is written out.

/** What a case can come to. */
export const OUTCOMES = ["allow", "deny", "reject-input", "reject-policy"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Anything that JSON can say. */
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
  /** The adapters that the case names, as they are written. */
  readonly adapters: readonly string[];
  readonly isNetwork: boolean;
  readonly why: string;
  /** Members of the case that the dialect does not know. */
  readonly unknown: readonly string[];
}

export interface Corpus {
  readonly policies: JsonObject;
  readonly cases: readonly AttackCase[];
}

/** A file that is no corpus; the text says where and what was meant. */
export class CorpusError extends Error {
  override readonly name = "CorpusError";
}

/** Something that the dialect knows and nobody here can do: the case is skipped, and the reason is printed. */
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

/** An own member, or `undefined`: names of a corpus are never looked up on a prototype. */
export function member(value: unknown, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A value as text: a text as it is, anything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(JSON.stringify(value));
}

/** Reads a file of the dialect. Throws {@link CorpusError}. */
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

/** A list, or the one thing that stands where a list could. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** What shorthand stands for: the second of the case, and the attacker's public key. */
export interface Written {
  /** Seconds since 1970, one for the whole case. */
  readonly now: number;
  readonly attackerJwk: Json;
}

/** Whether a value is the shorthand for a member that is not to be there. */
function isAbsent(value: unknown): boolean {
  return isObject(value) && Object.hasOwn(value, "$absent");
}

/** Writes out `$repeat`, `$now`, `$scopes` and `$attackerJwk` at any depth; `$absent` stays, for {@link dropAbsent}. */
export function writeOut(value: Json | undefined, written: Written): Json | undefined {
  if (isList(value)) return value.map((item) => writeOut(item, written) ?? null);
  if (!isObject(value)) return value;
  const [first, ...others] = Object.keys(value);
  const shorthand = others.length === 0 ? SHORTHANDS.get(first ?? "") : undefined;
  if (shorthand !== undefined) return shorthand(value[first as string], written);
  return mapMembers(value, (item) => writeOut(item, written));
}

/** Leaves out what `$absent` stands for, at any depth. */
export function dropAbsent(value: Json | undefined): Json | undefined {
  if (isAbsent(value)) return undefined;
  if (isList(value)) {
    return value.filter((item) => !isAbsent(item)).map((item) => dropAbsent(item) ?? null);
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => !isAbsent(item));
  return mapMembers(Object.fromEntries(kept), dropAbsent);
}

/** `fromEntries` makes own members, `__proto__` too. */
function mapMembers(
  value: JsonObject,
  change: (item: Json | undefined) => Json | undefined,
): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

const SHORTHANDS: ReadonlyMap<string, (argument: Json | undefined, written: Written) => Json> =
  new Map<string, (argument: Json | undefined, written: Written) => Json>([
    ["$now", (seconds, { now }) => now + Number(seconds)],
    ["$repeat", (pair) => textOf(listOf(pair)[0]).repeat(Number(listOf(pair)[1]))],
    [
      "$scopes",
      (count) => Array.from({ length: Number(count) }, (_, index) => `s${index}:read`).join(" "),
    ],
    ["$attackerJwk", (_, { attackerJwk }) => attackerJwk],
  ]);

/** A policy of the corpus as its case writes it: a name, an extension of another, or the whole. */
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
