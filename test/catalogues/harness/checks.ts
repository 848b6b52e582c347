// The checks of a catalogue against its policy. Each returns what went wrong.
import type { Decision } from "scope-policy";
import { type Built, placeholdersOf, type Unit } from "./build.js";
import type { Tally } from "./tally.js";

/** Maximum number of characters of a token with every other scope. */
const MAX_OTHERS = 60_000;

type Fault = string | undefined;

/** Checks the scopes, implications, roles and operations of a catalogue. */
export function checkAll(built: Built, tally: Tally): void {
  for (const scope of built.scopes) tally.record(`scope ${scope}`, checkScope(scope, built));
  for (const [name, implied] of built.implies)
    tally.record(`what ${name} implies`, checkImplied(name, implied, built));
  for (const [role, scopes] of built.roles)
    tally.record(`role ${role}`, checkRole(role, scopes, built));
  for (const unit of built.units) checkUnit(unit, built, tally);
}

/** Returns a scope with the values of its placeholders; the text itself if it cannot be bound. */
function bind(scope: string, { policy, scopes, valueFor }: Built): string {
  const names = placeholdersOf(scope);
  if (names.length === 0 || !scopes.includes(scope)) return scope;
  const values = Object.fromEntries(names.map((name) => [name, valueFor(name)]));
  const bound = policy.bindScope(scope, values);
  return bound.ok ? bound.scope : scope;
}

/** A scope covers itself, nothing covers nothing, and no scope that does not imply it covers it. */
function checkScope(scope: string, built: Built): Fault {
  const { policy, model, scopes, reserved } = built;
  const firstParty = { firstParty: true };
  const bound = bind(scope, built);
  if (!policy.covers(bound, bound, firstParty)) return "does not cover itself";
  if (policy.covers("", bound, firstParty)) return "an empty scope covers it";
  if (reserved.has(scope) && policy.covers(bound, bound))
    return "reserved, and covers itself in a token of a third party";
  const others = scopes.filter((other) => !model.closure([other]).has(scope));
  const text = textOf(others.map((other) => bind(other, built)));
  return policy.covers(text, bound, firstParty) ? "other scopes cover it" : undefined;
}

function checkImplied(name: string, implied: readonly string[], built: Built): Fault {
  const { policy, model } = built;
  const firstParty = { firstParty: true };
  const parent = bind(name, built);
  for (const scope of model.closure(implied)) {
    if (!built.scopes.includes(scope)) continue;
    const child = bind(scope, built);
    if (!policy.covers(parent, child, firstParty)) return `does not cover ${child}`;
    if (!model.closure([scope]).has(name) && policy.covers(child, parent, firstParty))
      return `${child} covers it`;
  }
  return undefined;
}

function checkRole(role: string, scopes: readonly string[], { policy }: Built): Fault {
  const text = policy.bundleScope(role);
  const wanted = scopes.filter((scope) => placeholdersOf(scope).length === 0);
  return policy.covers(text, wanted) ? undefined : `the bundle \`${text}\` does not cover it`;
}

/** Returns a scope as text, without what exceeds a token. */
function textOf(scopes: readonly string[]): string {
  let text = "";
  for (const scope of scopes) {
    if (text.length + scope.length > MAX_OTHERS) break;
    text += text === "" ? scope : ` ${scope}`;
  }
  return text;
}

/** An operation with bound scopes, and what the naive model expects of it. */
interface Call {
  readonly alternatives: readonly (readonly string[])[];
  decide(granted: readonly string[] | undefined, firstParty?: boolean): Decision;
  /** Returns whether the granted scopes meet an alternative, in the naive model. */
  isMet(granted: readonly string[]): boolean;
}

function createCall(unit: Unit, built: Built): Call {
  const { policy, model, reserved } = built;
  const alternatives = unit.alternatives.map((all) => all.map((scope) => bind(scope, built)));
  const nameOf = new Map(
    unit.alternatives.flatMap((all, i) => all.map((s, j) => [alternatives[i]?.[j] ?? s, s])),
  );
  const names = unit.alternatives.flat().flatMap(placeholdersOf);
  const values = Object.fromEntries(names.map((name) => [name, built.valueFor(name)]));
  const params = { ...values, ...unit.params };
  const { target } = unit;
  return {
    alternatives,
    isMet(granted) {
      const all = model.closure(granted.map((scope) => nameOf.get(scope) ?? scope));
      return unit.alternatives.some((needed) => needed.every((scope) => all.has(scope)));
    },
    decide(granted, firstParty = reserved.size > 0) {
      const token = granted && {
        scope: granted.join(" "),
        sub: "user",
        ...(firstParty && { first_party: true }),
      };
      return target.kind === "tools"
        ? policy.decideUntrusted(token, target.key, params)
        : policy.decideRequest(token, target.request);
    },
  };
}

function checkUnit(unit: Unit, built: Built, tally: Tally): void {
  const call = createCall(unit, built);
  tally.record(
    unit.what,
    faultOfRoute(unit, built) ??
      faultOfOperation(unit, call, built) ??
      faultOfReserved(unit, call, built),
  );
  if (unit.accepted.length === 0) return;
  const what = `accepted scopes of ${unit.what}`;
  if (unit.alternatives.every(({ length }) => length < 2))
    tally.record(
      what,
      first(unit.accepted, (scope) => expectAllowed(call, [scope])),
    );
  else tally.skip("`acceptedScopes` beside an alternative of several scopes", what);
}

function faultOfRoute({ target }: Unit, { policy }: Built): Fault {
  if (target.kind === "tools") return undefined;
  const found = policy.findEndpoint(target.request)?.name;
  // a policy may decide HEAD by the GET endpoint
  const names = [target.key, target.key.replace(/^HEAD /, "GET ")];
  if (found !== undefined && names.includes(found)) return undefined;
  return `${target.request.path} is ${found ?? "unknown"}`;
}

function faultOfOperation(unit: Unit, call: Call, built: Built): Fault {
  const { alternatives } = unit;
  if (unit.isPublic) return expectAllowed(call, undefined) ?? expectAllowed(call, []);
  if (alternatives.length === 0) return expectCode(call, built.scopes.slice(0, 100), "denied");
  return (
    expectCode(call, undefined, "unauthenticated") ??
    faultOfToken(call, []) ??
    first(call.alternatives, (all) => expectAllowed(call, all)) ??
    first(call.alternatives, (all) =>
      first(all, (scope) =>
        faultOfToken(
          call,
          all.filter((other) => other !== scope),
        ),
      ),
    ) ??
    first(alternatives, (all) => faultOfParents(call, all, built)) ??
    faultOfToken(call, othersOf(unit, built)) ??
    faultOfDetail(unit, call, built)
  );
}

/** The scope that adds detail is looked for beside each alternative. */
function faultOfDetail({ enrichedBy, alternatives }: Unit, call: Call, built: Built): Fault {
  if (enrichedBy === undefined) return undefined;
  return first(alternatives, (all, index) => {
    const plain = call.alternatives[index] ?? [];
    const isIn = built.model.closure(all).has(enrichedBy);
    if (isEnriched(call.decide(plain)) !== isIn) return `${shown(plain)}: enriched is not ${isIn}`;
    const more = [...plain, bind(enrichedBy, built)];
    return isEnriched(call.decide(more)) ? undefined : `${shown(more)}: not enriched`;
  });
}

function isEnriched(decision: Decision): boolean {
  return decision.code === "allowed" && decision.enriched;
}

/** Each scope of an alternative can be replaced by a scope that implies it. */
function faultOfParents(call: Call, all: readonly string[], built: Built): Fault {
  return first(all, (scope) =>
    first(built.model.parentsOf(scope), (parent) => {
      if (!built.scopes.includes(parent)) return undefined;
      const granted = all.map((other) => bind(other === scope ? parent : other, built));
      return expectAllowed(call, granted);
    }),
  );
}

/** Returns every scope that contributes to no alternative. */
function othersOf({ alternatives }: Unit, built: Built): readonly string[] {
  const used = new Set(alternatives.flat());
  const others = built.scopes.filter((scope) =>
    [...built.model.closure([scope])].every((name) => !used.has(name)),
  );
  const text = textOf(others.map((scope) => bind(scope, built)));
  return text === "" ? [] : text.split(" ");
}

/** The decision about a token is that of the model; a denial names an alternative, and granting what is missing allows the call. */
function faultOfToken(call: Call, granted: readonly string[]): Fault {
  if (call.isMet(granted)) return expectAllowed(call, granted);
  const decision = call.decide(granted);
  if (decision.code !== "insufficient_scope")
    return unexpected(granted, "insufficient_scope", decision);
  const { scopes, missing } = decision;
  if (!call.alternatives.some((all) => isSame(all, scopes)))
    return `${shown(granted)}: the denial names \`${scopes.join(" ")}\`, which is not an alternative`;
  return expectAllowed(call, [...granted, ...missing]);
}

/** A reserved scope has no effect in the token of a third party. */
function faultOfReserved(unit: Unit, call: Call, { reserved, model }: Built): Fault {
  if (reserved.size === 0 || unit.isPublic) return undefined;
  return first(call.alternatives, (all, index) => {
    const names = unit.alternatives[index] ?? [];
    const left = all.filter((_, at) => !reserved.has(names[at] ?? ""));
    const isAllowed = call.decide(all, false).allowed;
    const isReserved = names.some((name) => reserved.has(name));
    if (!isReserved || model.closure(left).size > left.length) return undefined;
    return isAllowed === call.isMet(left)
      ? undefined
      : `${shown(all)}: of a third party, got ${isAllowed}`;
  });
}

function first<Item>(items: Iterable<Item>, check: (item: Item, index: number) => Fault): Fault {
  let index = 0;
  for (const item of items) {
    const fault = check(item, index);
    if (fault !== undefined) return fault;
    index += 1;
  }
  return undefined;
}

function expectAllowed(call: Call, granted: readonly string[] | undefined): Fault {
  return expectCode(call, granted, "allowed");
}

function expectCode(
  call: Call,
  granted: readonly string[] | undefined,
  code: Decision["code"],
): Fault {
  const decision = call.decide(granted);
  return decision.code === code ? undefined : unexpected(granted, code, decision);
}

function unexpected(
  granted: readonly string[] | undefined,
  code: string,
  decision: Decision,
): string {
  return `${shown(granted)}: expected ${code}, got ${decision.code}`;
}

function shown(granted: readonly string[] | undefined): string {
  return granted === undefined ? "no token" : `token \`${granted.join(" ").slice(0, 200)}\``;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && new Set([...one, ...other]).size === one.length;
}
