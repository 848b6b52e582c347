// The library and the naive model, in each rule and branch of a decision: random calls meet each often enough.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countIn, runOften, tally } from "../often.js";
import { drawAimed } from "./aim.js";
import { type Claims, drawCase, drawRequest } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import {
  type Definition,
  isPattern,
  type ModelDecision,
  modelCaseAt,
  modelDecide,
  modelOperation,
  optionsOf,
  type RuleOptions,
} from "./model.js";
import { scopeOptions, twinsOf } from "./model-scopes.js";
import { modelDecideRequest, modelEndpoints } from "./model-surfaces.js";
import { CODES, dataOf, load } from "./observe.js";

const OPTIONS = { patterns: 30, closed: true, cases: 25, ruled: true };
const REAUTHENTICATE = "insufficient_user_authentication";

/** For several placeholders or rules, the API document does not state which parameter a mismatch names. */
function expectSame(real: object, model: ModelDecision): void {
  const { param, ...data } = dataOf(real);
  const loose = model.code === "binding_mismatch" && model.param === undefined;
  expect(loose || param === undefined ? data : { ...data, param }).toEqual(model);
}

/** Adds an endpoint of HEAD with the rule of its GET, beside some of them. */
function withHeads(draw: Draw, definition: Definition): Definition {
  const endpoints = Object.entries(definition.endpoints ?? {}).flatMap(([name, rule]) => {
    const isBoth = name.startsWith("GET ") && draw.chance(50);
    return isBoth
      ? [[name, rule] as const, [name.replace("GET", "HEAD"), rule] as const]
      : [[name, rule] as const];
  });
  return { ...definition, endpoints: Object.fromEntries(endpoints) };
}

/** A call, and what the model decides on it. */
interface Call {
  readonly name: string;
  readonly token: unknown;
  readonly params: unknown;
  readonly model: ModelDecision;
}

const own = (source: unknown, key: string): unknown =>
  Object.hasOwn(Object(source), key) ? (source as Record<string, unknown>)[key] : undefined;

/** Returns the rules that decide a call: of each operation the branch that its arguments choose. */
const rulesFor = (definition: Definition, { name, params }: Call): readonly RuleOptions[] =>
  modelOperation(definition, name, params)?.rules ?? [];
const usesFor = (definition: Definition, { name, params }: Call): readonly string[] =>
  (modelOperation(definition, name, params)?.alternatives ?? []).flatMap(({ uses }) =>
    uses.map(({ template }) => template),
  );
/** Returns whether a call has a list for a boundary of its rules, or none. */
const hasLimit = (definition: Definition, call: Call, boundary: string, isListed: boolean) =>
  rulesFor(definition, call).some(({ within }) => within?.[boundary] !== undefined) &&
  (own(own(call.token, "boundaries"), boundary) !== undefined) === isListed;
const branchOf = ({ tools, endpoints }: Definition, { name, params }: Call): string | undefined => {
  const rule = optionsOf({ ...tools, ...endpoints }[name] ?? "");
  if (rule.otherwise === undefined) return undefined;
  if (modelCaseAt(rule, params) !== -1) return "case";
  return rule.weakOtherwise ? "weakOtherwise" : "otherwise";
};

/** The rules and branches, and whether a call meets one. */
const POINTS: Readonly<Record<string, (definition: Definition, call: Call) => boolean>> = {
  "allowed in a case": (definition, call) =>
    call.model.allowed && branchOf(definition, call) === "case",
  "allowed in `otherwise`": (definition, call) =>
    call.model.allowed && branchOf(definition, call) === "otherwise",
  "allowed in `otherwise` with `weakOtherwise`": (definition, call) =>
    call.model.allowed && branchOf(definition, call) === "weakOtherwise",
  "allowed within a boundary": (definition, call) =>
    call.model.allowed && hasLimit(definition, call, "project", true),
  "denied without a list of a boundary": (definition, call) =>
    call.model.code === "binding_mismatch" && hasLimit(definition, call, "project", false),
  "allowed without a list that is `dangerouslyAll`": (definition, call) =>
    call.model.allowed && hasLimit(definition, call, "region", false),
  "allowed with an entitlement": (definition, call) =>
    call.model.allowed &&
    (modelOperation(definition, call.name, call.params)?.alternatives ?? []).every(
      ({ entitlements }) => entitlements.length > 0,
    ) &&
    rulesFor(definition, call).some((rule) => !rule.public),
  "denied for lack of an entitlement": (_, { model }) => model.entitlement !== undefined,
  "denied for lack of a tier": (_, { model }) => model.tier !== undefined,
  "decided for several account types": (definition, { name, params, token }) =>
    Array.isArray(own(token, "account_type")) &&
    (modelOperation(definition, name, params)?.alternatives ?? []).some(
      ({ types }) => types.length > 0,
    ),
  "allowed with `acr`": (definition, call) =>
    call.model.allowed && rulesFor(definition, call).some(({ acr }) => acr !== undefined),
  "denied for `acr`": (_, { model }) => model.code === REAUTHENTICATE && model.acr !== undefined,
  "allowed with `maxAge`": (definition, call) =>
    call.model.allowed && rulesFor(definition, call).some(({ maxAge }) => maxAge !== undefined),
  "denied for `maxAge`": (_, { model }) =>
    model.code === REAUTHENTICATE && model.maxAge !== undefined,
  "allowed with enrichments": (_, { model }) => model.enriched === true,
  "allowed without its enrichments": (definition, call) =>
    call.model.enriched === false &&
    rulesFor(definition, call).some(({ enrichedBy }) => enrichedBy !== undefined),
  "allowed with a restricted scope": (definition, call) =>
    call.model.allowed &&
    usesFor(definition, call).some((scope) => scopeOptions(definition, scope).restricted),
  "denied for a restricted scope": (definition, call) =>
    call.model.code === "reserved_scope" &&
    usesFor(definition, call).every((scope) => !scopeOptions(definition, scope).reserved),
  "allowed by a twin": (definition, call) =>
    call.model.allowed &&
    usesFor(definition, call).some((scope) => twinsOf(definition, scope).length > 0),
  "an internal operation, by a gate": (definition, { name, params, model }) =>
    model.code === "unknown_operation" &&
    modelOperation(definition, name, params, true) !== undefined,
  "an operation that denies every call": (definition, call) =>
    call.model.code === "denied" && branchOf(definition, call) === undefined,
  "a public operation": (definition, call) =>
    call.model.allowed && rulesFor(definition, call).every((rule) => rule.public),
  "an operation for any token": (definition, call) =>
    call.model.allowed && rulesFor(definition, call).some((rule) => rule.authenticated),
};

const isVerb = (key: string) => key.endsWith(":archive");

/** The types of endpoints, and whether a request meets one. */
const REQUESTS: Readonly<Record<string, (key: string, method: string) => boolean>> = {
  "an endpoint": () => true,
  "a catch-all endpoint": (key) => key.endsWith("*}"),
  "an endpoint with a custom verb": isVerb,
  "an endpoint of HEAD beside its GET": (_, method) => method === "HEAD",
};

/** Draws a policy and calls of each of its operations, by a random token and by one that is aimed at the operation. */
function drawCalls(draw: Draw) {
  const one = drawCase(draw, OPTIONS);
  const definition = withHeads(draw, one.definition);
  const { token, params } = one;
  const keys = Object.keys({ ...definition.tools, ...definition.endpoints });
  const names = [...keys.filter((key) => !isPattern(key)), "list_things", "nothing"];
  const calls = names.flatMap((name) => {
    const decide = (claims: Claims) => modelDecide(definition, claims, name, params);
    const aimed = Array.from({ length: 3 }, () => drawAimed(draw, definition, params, decide));
    return [token, ...aimed].map((given) => ({ name, token: given, params }));
  });
  return { definition, calls };
}

/** Draws a policy, requests and tokens that are aimed at them. */
function drawRequests(draw: Draw) {
  const one = drawCase(draw, OPTIONS);
  const definition = withHeads(draw, one.definition);
  const verbs = Object.entries(definition.endpoints ?? {}).filter(([key]) => isVerb(key));
  const requests = Array.from({ length: 6 }, (_, index) => {
    const isAimed = index === 0 && verbs.length > 0;
    const endpoints = isAimed ? Object.fromEntries(verbs) : one.definition.endpoints;
    const request = drawRequest(draw, { ...definition, endpoints: endpoints ?? {} });
    const isHead = request.method === "GET" && draw.chance(30);
    return isHead ? { ...request, method: "HEAD" } : request;
  });
  const calls = requests.flatMap((request) => {
    const decide = (claims: Claims) => modelDecideRequest(definition, claims, request);
    const aimed = drawAimed(draw, definition, request.params, decide);
    return [one.token, aimed].map((token) => ({ request, token }));
  });
  return { definition, calls };
}

/** Shrinking one of these cases takes minutes. Replay a failure with its seed and path to shrink it. */
const QUICK = { endOnFailure: true };

const print = (tallies: Iterable<{ readonly point: string; readonly count: number }>) => {
  console.log([...tallies].map(({ point, count }) => `${point}: ${count}`).join("\n"));
};

describe("the library and the naive model", { timeout: 120_000 }, () => {
  it("return the same decision in each rule and branch", () => {
    const codes = new Map(CODES.map((code) => [code, tally(`code ${code}`, 100)]));
    const points = new Map(Object.keys(POINTS).map((point) => [point, tally(point, 100)]));
    const share = { allowed: 0, all: 0 };
    runOften([...codes.values(), ...points.values()], () =>
      fc.assert(
        fc.property(drawn(drawCalls), ({ definition, calls }) => {
          const policy = load(definition);
          for (const { name, token, params } of calls) {
            const model = modelDecide(definition, token, name, params);
            expectSame(policy.decideUntrusted(token, name, params), model);
            const fromCode = policy.decide(token as never, name as never, params as never);
            expectSame(fromCode, modelDecide(definition, token, name, params, true));
            countIn(codes, model.code);
            share.all += 1;
            if (model.allowed) share.allowed += 1;
            for (const [point, isMet] of Object.entries(POINTS)) {
              if (isMet(definition, { name, token, params, model })) countIn(points, point);
            }
          }
        }),
        { numRuns: 200, ...QUICK },
      ),
    );
    print([...codes.values(), ...points.values()]);
    console.log(`allowed: ${share.allowed} of ${share.all} decisions`);
    expect(share.allowed / share.all).toBeGreaterThan(0.15);
  });

  it("return the same decision for requests of each type of endpoint", () => {
    const kinds = ["allowed", "denied"].flatMap((kind) =>
      Object.keys(REQUESTS).map((type) => `${kind} at ${type}`),
    );
    const points = new Map(kinds.map((point) => [point, tally(point, 100)]));
    const share = { allowed: 0, all: 0 };
    runOften([...points.values()], () =>
      fc.assert(
        fc.property(drawn(drawRequests), ({ definition, calls }) => {
          const policy = load(definition);
          for (const { request, token } of calls) {
            const model = modelDecideRequest(definition, token, request);
            expectSame(policy.decideRequest(token as never, request as never), model);
            share.all += 1;
            if (model.allowed) share.allowed += 1;
            const [key] = modelEndpoints(definition, request);
            if (key === undefined || model.code === "unknown_operation") continue;
            for (const [type, isMet] of Object.entries(REQUESTS)) {
              const kind = model.allowed ? "allowed" : "denied";
              if (isMet(key, request.method)) countIn(points, `${kind} at ${type}`);
            }
          }
        }),
        { numRuns: 300, ...QUICK },
      ),
    );
    print([...points.values()]);
    console.log(`allowed: ${share.allowed} of ${share.all} decisions on requests`);
    expect(share.allowed / share.all).toBeGreaterThan(0.15);
  });
});
