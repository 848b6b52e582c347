// Turns a catalogue into a policy. What the library rejects is taken out, with its reason.
import type { Policy } from "scope-policy";
import type { Alternative, Catalogue, CatalogueOperation } from "./catalogue.js";
import { fillPath, isHttp, parametersOf, spellEndpoint } from "./endpoints.js";
import { HEAD, isLoaded, type Load, type Refusal, tryLoad } from "./engine.js";
import { createScopeModel, type ScopeModel } from "./scope-model.js";
import type { Tally } from "./tally.js";

type Entry = string | Readonly<Record<string, unknown>>;

/** One operation to check, or one branch of it. */
export interface Unit {
  readonly what: string;
  readonly alternatives: readonly Alternative[];
  readonly isPublic: boolean;
  readonly accepted: readonly string[];
  readonly enrichedBy: string | undefined;
  /** The arguments of the call, in addition to the values of placeholders. */
  readonly params: Readonly<Record<string, string>>;
  /** The operation in the policy, and the request of an endpoint. */
  target: Target;
}

export type Target =
  | { readonly kind: "tools"; readonly key: string }
  | { readonly kind: "endpoints"; readonly key: string; readonly request: RequestLine };

interface RequestLine {
  readonly method: string;
  readonly path: string;
}

export interface Built {
  readonly policy: Policy;
  readonly model: ScopeModel;
  readonly scopes: readonly string[];
  readonly reserved: ReadonlySet<string>;
  readonly implies: ReadonlyMap<string, readonly string[]>;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly units: readonly Unit[];
  /** The values of placeholders and path parameters. */
  readonly valueFor: (name: string) => string;
}

const PLACEHOLDER = /[{<]([A-Za-z_]\w*)[}>]/g;

/** Returns the names of the placeholders of a scope. */
export function placeholdersOf(scope: string): readonly string[] {
  return [...scope.matchAll(PLACEHOLDER)].map(([, name]) => name ?? "");
}

/** The definition while it is built, and what is checked in it. */
interface Draft {
  readonly scopes: Map<string, Record<string, unknown>>;
  readonly tools: Map<string, Entry>;
  readonly endpoints: Map<string, Entry>;
  readonly bundles: Map<string, readonly string[]>;
  readonly implies: Map<string, readonly string[]>;
  readonly units: Unit[];
}

/** Returns the policy of a catalogue; `undefined` if the library rejects it as a whole, which is a failure. */
export function buildPolicy(catalogue: Catalogue, load: Load, tally: Tally): Built | undefined {
  const numbers = new Map<string, number>();
  const valueFor = (name: string) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return String(1_000_000_000 + number); // digits alone: no literal beside a placeholder starts with one
  };
  const draft: Draft = {
    scopes: new Map(),
    tools: new Map(),
    endpoints: new Map(),
    bundles: new Map(catalogue.roles),
    implies: new Map(catalogue.implies),
    units: [],
  };
  for (const { name, description, isReserved } of catalogue.scopes.values()) {
    draft.scopes.set(name, {
      ...(description !== undefined && { description }),
      ...(isReserved && { reserved: true }),
    });
  }
  for (const operation of catalogue.operations)
    addOperation(operation, draft, load, valueFor, tally);
  const policy = loadWithout(draft, load, tally);
  if (policy === undefined) return undefined;
  const isThere = ({ target }: Unit) => draft[target.kind].has(target.key);
  return {
    policy,
    model: createScopeModel(draft.implies),
    scopes: [...draft.scopes.keys()],
    reserved: new Set([...catalogue.scopes.values()].flatMap((s) => (s.isReserved ? s.name : []))),
    implies: draft.implies,
    roles: draft.bundles,
    units: draft.units.filter(isThere),
    valueFor,
  };
}

/** Returns what an operation requires, as an entry of a policy. */
function entryFor(alternatives: readonly Alternative[], isPublic: boolean): Entry {
  if (isPublic) return { public: true };
  if (alternatives.length === 0) return { deny: "no scope allows this" };
  if (alternatives.some(({ length }) => length === 0)) return { authenticated: true };
  const parts = alternatives.map(
    (all): Entry => (all.length === 1 ? (all[0] ?? "") : { allOf: all }),
  );
  return parts.length === 1 ? (parts[0] ?? "") : { anyOf: parts };
}

function addOperation(
  operation: CatalogueOperation,
  draft: Draft,
  load: Load,
  valueFor: (name: string) => string,
  tally: Tally,
): void {
  const { id, isPublic, accepted } = operation;
  const alternatives = possible(operation.alternatives, id, tally);
  if (alternatives === undefined) return;
  if (operation.alternatives.length === 0) tally.use("no-alternative");
  const target = targetOf(operation, draft, load, valueFor, tally);
  if (target !== undefined) {
    const entry = entryFor(alternatives, isPublic);
    draft[target.kind].set(target.key, entry);
    const unit = { alternatives, isPublic, accepted, enrichedBy: undefined, params: {} };
    draft.units.push({ ...unit, what: id, target });
  }
  addDetail(operation, alternatives, draft, tally);
  addConditions(operation, alternatives, draft, tally);
}

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Returns the alternatives that a token can meet; `undefined` where an operation had some and has none left. */
function possible(
  alternatives: readonly Alternative[],
  id: string,
  tally: Tally,
): readonly Alternative[] | undefined {
  const left = alternatives.filter((all) => all.every((name) => SCOPE_TOKEN.test(name)));
  for (let count = left.length; count < alternatives.length; count += 1)
    tally.use("impossible-alternative");
  if (left.length > 0 || alternatives.length === 0) return left;
  tally.skip("every alternative has a text that is not a scope-token (RFC 6749, section 3.3)", id);
  return undefined;
}

function targetOf(
  operation: CatalogueOperation,
  draft: Draft,
  load: Load,
  valueFor: (name: string) => string,
  tally: Tally,
): Target | undefined {
  const { id, method, path } = operation;
  if (method === undefined || path === undefined || !isHttp(method, path)) {
    if (method !== undefined || path !== undefined) tally.use("not-http");
    return { kind: "tools", key: toolName(id, draft, tally) };
  }
  const spelling = spellEndpoint(load, method, path);
  if (!("path" in spelling)) {
    tally.skip(spelling.reason, `${method} ${path}`);
    return undefined;
  }
  for (const rule of spelling.rules) tally.use(rule);
  const key = `${method} ${spelling.path}`;
  const parameters = parametersOf(spelling.path);
  const isFilled = operation.alternatives
    .flat()
    .every((scope) => placeholdersOf(scope).every((name) => parameters.includes(name)));
  if (isFilled && !draft.endpoints.has(key)) {
    const request = { method, path: fillPath(spelling.path, valueFor) };
    return { kind: "endpoints", key, request };
  }
  tally.use(isFilled ? "same-endpoint" : "tool-parameter");
  return { kind: "tools", key: toolName(id, draft, tally) };
}

/** Returns a tool name that is not in the policy yet. */
function toolName(id: string, draft: Draft, tally: Tally): string {
  const plain = id.replaceAll(/[^A-Za-z0-9_.-]/g, "_").slice(0, 100);
  const base = /^\.{0,2}$/.test(plain) ? `tool_${plain}` : plain;
  let name = base;
  for (let copy = 2; draft.tools.has(name); copy += 1) name = `${base}-${copy}`;
  if (name !== id) tally.use("tool-name");
  return name;
}

/** Adds an operation whose response has more detail for one scope, as a tool of its own. */
function addDetail(
  { id, enrichedBy }: CatalogueOperation,
  alternatives: readonly Alternative[],
  draft: Draft,
  tally: Tally,
): void {
  if (enrichedBy === undefined) return;
  tally.use("filter");
  const key = toolName(`${id}.filtered`, draft, tally);
  draft.tools.set(key, { ...optionsFor(alternatives), enrichedBy });
  draft.units.push({
    ...{ what: `detail of ${id}`, alternatives, enrichedBy, target: { kind: "tools", key } },
    ...{ isPublic: false, accepted: [], params: {} },
  });
}

function optionsFor(alternatives: readonly Alternative[]): Exclude<Entry, string> {
  const entry = entryFor(alternatives, false);
  return typeof entry === "string" ? { scope: entry } : entry;
}

/** The argument of a tool with conditions. */
const CONDITION = "condition";

/** Adds the branches of an operation: as cases of one tool, or as tools where the library has no cases. */
function addConditions(
  operation: CatalogueOperation,
  otherwise: readonly Alternative[],
  draft: Draft,
  tally: Tally,
): void {
  const branches = operation.conditions.flatMap(({ when, alternatives }, index, all) => {
    const left = possible(alternatives, `${operation.id} when ${when}`, tally);
    const isFirst = all.findIndex((other) => other.when === when) === index;
    const text = isFirst ? when : `${when} #${index + 1}`;
    return left === undefined ? [] : [{ when: text, alternatives: left }];
  });
  if (branches.length === 0) return;
  const key = toolName(`${operation.id}.${CONDITION}`, draft, tally);
  draft.tools.set(key, {
    cases: branches.map(({ when, alternatives }) => ({
      when: { [CONDITION]: when },
      ...optionsFor(alternatives),
    })),
    otherwise: entryFor(otherwise, false),
    weakOtherwise: true,
  });
  const shared = { isPublic: false, accepted: [], enrichedBy: undefined };
  for (const { when, alternatives } of branches) {
    tally.use("condition");
    draft.units.push({
      ...shared,
      what: `${operation.id} when ${when}`,
      alternatives,
      params: { [CONDITION]: when },
      target: { kind: "tools", key },
    });
  }
}

const PLACE =
  /^(scopes|tools|endpoints|bundles)(?:\.([A-Za-z_$][\w$]*)|\[("(?:[^"\\]|\\.)*")\])(\.implies\b)?/;

/** Maximum number of attempts: each one takes out all entries with a finding. */
const MAX_ROUNDS = 100;

/** Loads the draft, without the entries that the library rejects. */
function loadWithout(draft: Draft, load: Load, tally: Tally): Policy | undefined {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = tryLoad(load, definitionOf(draft));
    if (isLoaded(result)) return result;
    const places = new Map<
      string,
      { readonly found: RegExpExecArray; readonly refusal: Refusal }
    >();
    for (const refusal of result) {
      const found = PLACE.exec(refusal.path);
      if (found !== null && !places.has(found[0])) places.set(found[0], { found, refusal });
    }
    if (places.size === 0) {
      tally.record("policy", result.map(({ reason }) => reason).join("; "));
      return undefined;
    }
    for (const { found, refusal } of places.values()) takeOut(found, refusal, draft, tally);
  }
  tally.record("policy", "the library reports new findings in each attempt");
  return undefined;
}

function definitionOf(draft: Draft): unknown {
  const scopes = [...draft.scopes].map(([name, options]) => {
    const implies = draft.implies.get(name)?.filter((implied) => draft.scopes.has(implied));
    return [
      name,
      implies === undefined || implies.length === 0 ? options : { ...options, implies },
    ];
  });
  return {
    ...HEAD,
    scopes: Object.fromEntries(scopes) as unknown,
    ...(draft.bundles.size > 0 && { bundles: Object.fromEntries(draft.bundles) as unknown }),
    tools: Object.fromEntries(draft.tools) as unknown,
    endpoints: Object.fromEntries(draft.endpoints) as unknown,
  };
}

function takeOut(found: RegExpExecArray, refusal: Refusal, draft: Draft, tally: Tally): void {
  const [, kind, word, quoted, implies] = found;
  const key = word ?? (JSON.parse(quoted ?? '""') as string);
  if (kind === "scopes") {
    if (implies !== undefined && draft.implies.delete(key)) {
      tally.skip(refusal.reason, `what ${key} implies`);
    } else if (draft.scopes.delete(key)) {
      draft.implies.delete(key);
      tally.skip(refusal.reason, `scope ${key}`);
    }
    return;
  }
  if (kind === "bundles") {
    if (draft.bundles.delete(key)) tally.skip(refusal.reason, `role ${key}`);
    return;
  }
  const units = draft.units.filter((unit) => unit.target.key === key);
  if (kind === "endpoints" && draft.endpoints.delete(key)) {
    if (refusal.code === "duplicate_endpoint") moveToTools(units, draft, tally);
    else for (const { what } of units) tally.skip(refusal.reason, what);
    return;
  }
  if (kind !== "tools" || !draft.tools.delete(key)) return;
  const isOfCases = units.some(({ params }) => Object.hasOwn(params, CONDITION));
  if (isOfCases && refusal.code === "unknown_key") moveToTools(units, draft, tally);
  else for (const { what } of units) tally.skip(refusal.reason, what);
}

/** Checks units as tools of their own. */
function moveToTools(units: readonly Unit[], draft: Draft, tally: Tally): void {
  for (const unit of units) {
    if (unit.target.kind === "endpoints") tally.use("same-endpoint");
    const key = toolName(unit.what, draft, tally);
    draft.tools.set(key, entryFor(unit.alternatives, unit.isPublic));
    unit.target = { kind: "tools", key };
  }
}
