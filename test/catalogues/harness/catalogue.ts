// Reads a catalogue: every member may be missing, empty, repeated or of another type.
import type { Source } from "./source.js";
import type { Tally } from "./tally.js";

/** A list of scopes that are all needed. */
export type Alternative = readonly string[];

export interface CatalogueScope {
  readonly name: string;
  readonly description: string | undefined;
  readonly isReserved: boolean;
}

/** A branch of an operation for calls that `when` describes in words. */
export interface Condition {
  readonly when: string;
  readonly alternatives: readonly Alternative[];
}

export interface CatalogueOperation {
  /** Unique in the catalogue. */
  readonly id: string;
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** One of them is needed; an empty one is met by any token. */
  readonly alternatives: readonly Alternative[];
  readonly conditions: readonly Condition[];
  /** Whether callers without a token are allowed. */
  readonly isPublic: boolean;
  /** Scopes each of which allows the operation, by implication or by itself. */
  readonly accepted: readonly string[];
  /** The scope without which the response leaves something out. */
  readonly enrichedBy: string | undefined;
}

export interface Vector {
  readonly strategy: string | undefined;
  readonly granted: readonly string[];
  readonly request: string;
  readonly isAllowed: boolean;
}

export interface Catalogue {
  readonly scopes: ReadonlyMap<string, CatalogueScope>;
  readonly implies: ReadonlyMap<string, readonly string[]>;
  readonly operations: readonly CatalogueOperation[];
  /** Operations whose scopes have placeholders that the path fills. */
  readonly templates: readonly CatalogueOperation[];
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly vectors: readonly Vector[];
}

type Members = Readonly<Record<string, unknown>>;

/** The members that are read, and those that are texts for people. */
const READ: Readonly<Record<string, readonly string[]>> = {
  catalogue: [
    ...["scopes", "implies", "operations", "operationTemplates", "roles", "vectors"],
    ...["provider", "source", "grammar", "grammar_bnf", "notes", "operationTemplatesNote"],
  ],
  scopes: ["name", "description", "reserved", "parameters", "notes"],
  operations: [
    ...["id", "method", "path", "kind", "anyOf", "conditional", "anonymousAllowed"],
    ...["acceptedScopes", "filtersResponse", "templateScopes", "title", "note", "group"],
  ],
  vectors: ["strategy", "granted", "request", "allowed", "source"],
};

export function readCatalogue({ data, repeatedKeys }: Source, tally: Tally): Catalogue {
  for (let count = 0; count < repeatedKeys; count += 1) tally.use("repeated-member");
  countMembers("catalogue", data, tally);
  const scopes = readScopes(data, tally);
  const names: Rename = (name) => scopes.get(name)?.name ?? name;
  const operations = readOperations(data, "operations", names, tally);
  const templates = readOperations(data, "operationTemplates", names, tally);
  const implies = readLists(data, "implies", names, tally);
  const roles = readLists(data, "roles", names, tally);
  const declared = new Map([...scopes.values()].map((scope) => [scope.name, scope]));
  const used = [
    ...operations.flatMap(scopesOf),
    ...[...implies].flatMap(([name, list]) => [name, ...list]),
    ...[...roles.values()].flat(),
  ];
  for (const name of used) {
    if (declared.has(name)) continue;
    tally.use("undeclared-scope");
    declared.set(name, { name, description: undefined, isReserved: false });
  }
  const vectors = entriesOf(data, "vectors", tally).flatMap((entry, index) =>
    readVector(entry, `vectors[${index}]`, tally),
  );
  return { scopes: declared, implies, operations, templates, roles, vectors };
}

/** Returns every scope that an operation names. */
export function scopesOf(operation: CatalogueOperation): readonly string[] {
  const { alternatives, conditions, accepted, enrichedBy } = operation;
  return [
    ...alternatives.flat(),
    ...conditions.flatMap((condition) => condition.alternatives.flat()),
    ...accepted,
    ...(enrichedBy === undefined ? [] : [enrichedBy]),
  ];
}

function countMembers(kind: string, members: Members, tally: Tally): void {
  for (const key of Object.keys(members)) {
    if (!READ[kind]?.includes(key)) tally.leaveOut(kind === "catalogue" ? key : `${kind}.${key}`);
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Returns the objects of a list; anything else is skipped. */
function entriesOf(data: Members, key: string, tally: Tally): readonly Members[] {
  const value = data[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    tally.skip(`\`${key}\` is not a list`, key);
    return [];
  }
  return value.flatMap((entry: unknown, index): readonly Members[] => {
    if (isMembers(entry)) {
      countMembers(key === "operationTemplates" ? "operations" : key, entry, tally);
      return [entry];
    }
    if (key === "scopes" && typeof entry === "string") return [{ name: entry }];
    tally.skip(`an entry of \`${key}\` is not an object`, `${key}[${index}]`);
    return [];
  });
}

/** Returns the texts of a list; a text counts as a list of one. */
function textsOf(value: unknown, what: string, tally: Tally): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") tally.use("text-for-list");
  const list: readonly unknown[] = typeof value === "string" ? [value] : listOf(value);
  return list.flatMap((item) => {
    if (typeof item === "string") return [item];
    tally.skip("a scope is not a text", what);
    return [];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Returns the scopes by the name in the file. */
function readScopes(data: Members, tally: Tally): ReadonlyMap<string, CatalogueScope> {
  const scopes = new Map<string, CatalogueScope>();
  for (const [index, entry] of entriesOf(data, "scopes", tally).entries()) {
    const original = entry["name"];
    if (typeof original !== "string") {
      tally.skip("a scope without a name", `scopes[${index}]`);
      continue;
    }
    const earlier = scopes.get(original);
    if (earlier !== undefined) tally.use("repeated-scope");
    let name = original;
    for (const parameter of textsOf(entry["parameters"], original, tally)) {
      const placeholder = `{${parameter.replaceAll(/\W/g, "_")}}`;
      if (!name.includes(`[${parameter}]`)) continue;
      name = name.replaceAll(`[${parameter}]`, placeholder);
      tally.use("scope-parameter");
    }
    scopes.set(original, {
      name,
      description: earlier?.description ?? textOf(entry["description"]),
      isReserved: earlier?.isReserved === true || entry["reserved"] === true,
    });
  }
  return scopes;
}

type Rename = (name: string) => string;

/** Returns an object of lists, such as `implies`. */
function readLists(
  data: Members,
  key: string,
  rename: Rename,
  tally: Tally,
): ReadonlyMap<string, readonly string[]> {
  const value = data[key];
  if (value === undefined || value === null) return new Map();
  if (!isMembers(value)) {
    tally.skip(`\`${key}\` is not an object`, key);
    return new Map();
  }
  const lists = Object.entries(value).map(([name, list]) => {
    const all = new Set(textsOf(list, name, tally).map(rename));
    if (key === "implies" && all.delete(rename(name))) tally.use("self-implication");
    return [rename(name), [...all]] as const;
  });
  return new Map(lists.filter(([, list]) => list.length > 0));
}

/** Returns the alternatives; `undefined` if there are some and none can be read. A part of one would be a weaker one. */
function readAlternatives(
  value: unknown,
  what: string,
  rename: Rename,
  tally: Tally,
): readonly Alternative[] | undefined {
  const alternatives = new Map<string, Alternative>();
  if (typeof value === "string") tally.use("text-for-list");
  const items = listOf(value);
  for (const item of items) {
    const list = listOf(item);
    if (!list.every((name) => typeof name === "string")) {
      tally.skip("an alternative is not a list of texts", what);
      continue;
    }
    if (typeof item === "string") tally.use("text-for-list");
    const all = list.map(rename);
    const names = [...new Set(all)];
    if (names.length < all.length) tally.use("repeated-in-alternative");
    const key = JSON.stringify(names.toSorted());
    if (alternatives.has(key)) tally.use("repeated-alternative");
    else alternatives.set(key, names);
  }
  return alternatives.size === 0 && items.length > 0 ? undefined : [...alternatives.values()];
}

function readOperations(
  data: Members,
  key: string,
  rename: Rename,
  tally: Tally,
): readonly CatalogueOperation[] {
  const ids = new Set<string>();
  return entriesOf(data, key, tally).flatMap((entry, index) => {
    const method = textOf(entry["method"]);
    const path = textOf(entry["path"]);
    const known = textOf(entry["id"]);
    if (known === undefined) tally.use("missing-id");
    const base = known ?? [method ?? key, path ?? index].join(" ");
    let id = base;
    for (let copy = 2; ids.has(id); copy += 1) id = `${base}#${copy}`;
    if (id !== base) tally.use("repeated-id");
    ids.add(id);
    if (entry["anyOf"] === undefined || entry["anyOf"] === null) {
      tally.skip("an operation without `anyOf` has no stated scopes", id);
      return [];
    }
    const alternatives = readAlternatives(entry["anyOf"], id, rename, tally);
    if (alternatives === undefined) return [];
    const isTool = textOf(entry["kind"])?.endsWith("tool") === true;
    const filter = entry["filtersResponse"];
    const operation: CatalogueOperation = {
      id,
      method: isTool ? undefined : method,
      path: isTool ? undefined : path,
      alternatives,
      conditions: readConditions(entry["conditional"], id, rename, tally),
      isPublic: entry["anonymousAllowed"] === true,
      accepted: textsOf(entry["acceptedScopes"], id, tally).map(rename),
      enrichedBy: isMembers(filter) ? textOf(filter["unlessScope"]) : undefined,
    };
    return [operation];
  });
}

function readConditions(
  value: unknown,
  id: string,
  rename: Rename,
  tally: Tally,
): readonly Condition[] {
  if (value === undefined || value === null) return [];
  return listOf(value).flatMap((entry, index) => {
    if (!isMembers(entry) || entry["anyOf"] === undefined) {
      tally.skip("a branch of `conditional` without `anyOf`", id);
      return [];
    }
    const alternatives = readAlternatives(entry["anyOf"], id, rename, tally);
    if (alternatives === undefined) return [];
    return [{ when: textOf(entry["when"]) ?? `${index}`, alternatives }];
  });
}

function readVector(entry: Members, what: string, tally: Tally): readonly Vector[] {
  const { request, allowed, strategy, granted } = entry;
  if (typeof request !== "string" || typeof allowed !== "boolean") {
    tally.skip("a vector without `request` or `allowed`", what);
    return [];
  }
  const texts = granted === undefined || granted === null ? [] : listOf(granted);
  if (!texts.every((text) => typeof text === "string")) {
    tally.skip("a vector whose `granted` is not a list of texts", what);
    return [];
  }
  if (typeof granted === "string") tally.use("text-for-list");
  return [{ strategy: textOf(strategy), granted: texts, request, isAllowed: allowed }];
}
