// A client that follows every challenge comes to an end, whether the server approved it for restricted scopes or not.

import {
  type ConsentFacts,
  type ConsentOutcome,
  clientRegistration,
  consentScreen,
  createAuthorizer,
  resolveConsent,
  type Verify,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../consent/facts.js";
import { countIn, tally } from "../often.js";
import { findingsOf } from "../policy/findings-of.js";
import { type Claims, drawApproved, drawGoodCase } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import {
  type Definition,
  MODEL_NOW,
  type Rule,
  type RuleOptions,
  type ScopeOptions,
} from "./model.js";
import { modelMayHave } from "./model-consent.js";
import { approvedEntries, canonical, modelMeanings, scopeOptions } from "./model-scopes.js";
import { decide, load, tokenOf } from "./observe.js";
import { without } from "./without.js";

const TIMEOUT = { timeout: 300_000 };
const RUNS = 600;
const MAX_ROUNDS = 4;
const verify: Verify = () => undefined;

function drawClient(draw: Draw) {
  const one = drawGoodCase(draw);
  return {
    ...one,
    held: draw.some(one.held, draw.pick([100, 50, 0])),
    isApproved: draw.chance(60),
    challenge: draw.pick(["minimum", "union"] as const),
    ineligible: draw.pick(["drop", "drop", "refuse"] as const),
    /** Whether the client keeps its earlier scopes, or replaces them by those of the consent. */
    keeps: draw.chance(50),
  };
}
type Case = ReturnType<typeof drawClient>;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
const tokensOf = ({ scope }: Claims): readonly string[] =>
  typeof scope === "string" ? scope.split(" ").filter(Boolean) : scope;

/** Returns the token after a consent to the scope of a challenge; `undefined` if the authorization fails. */
function authorized(one: Case, token: Claims, requested: string): Claims | undefined {
  const { definition, ineligible, keeps } = one;
  const approvedScopes = approvedEntries(token.approvedScopes);
  const facts = {
    client: {
      client_id: "app-1",
      redirect_uri: "https://app.example/cb",
      approvedScopes,
    },
    requested,
    account: {
      owns: () => "Mine",
      tier: textOf(token.tier),
      account_type: textOf(token.account_type),
    },
  };
  const outcome = resolveConsent(
    load(definition),
    facts as never,
    { decision: "approve", scopes: requested.split(" ") },
    { ineligible },
  );
  const all = outcome.ok
    ? outcome
    : resolveConsent(
        load(definition),
        facts as never,
        {
          decision: "approve",
          scopes: requested
            .split(" ")
            .filter((text) => isOffered(definition, text, approvedScopes)),
        },
        { ineligible },
      );
  if (!all.ok) return undefined;
  const scope = keeps ? [...new Set([...tokensOf(token), ...all.scopes])] : [...all.scopes];
  return { ...token, scope };
}

const isOffered = (definition: Definition, text: string, approved: readonly string[]): boolean =>
  modelMeanings(definition, [text], true).length > 0 && modelMayHave(definition, text, approved);

describe("a client that follows every challenge", TIMEOUT, () => {
  it("ends after two rounds at most, and a challenge names no restricted scope that it cannot have", () => {
    const blocked = tally("a client that lacks an approval", 20);
    const stepped = tally("an approved client that is asked for a restricted scope", 5);
    law(
      drawClient,
      (one) => {
        const { definition, held, facts, name, params, isApproved, challenge } = one;
        const authorizer = createAuthorizer({
          policy: load(definition),
          verify,
          trustClaims: [],
          challenge,
        });
        // no challenge names a reserved scope, so a first-party client has to know which one it lacks
        const others = { ...facts, first_party: undefined };
        const approvedScopes = isApproved ? Object.keys(definition.scopes) : [];
        let token = tokenOf(held, { ...others, approvedScopes });
        let rounds = 0;
        for (; rounds < MAX_ROUNDS; rounds += 1) {
          const decision = load(definition).decideUntrusted(token, name, params);
          if (decision.code === "reserved_scope") blocked.count += 1;
          if (decision.code !== "insufficient_scope") break;
          const context = { operation: String(name), token: token as never };
          const { scope } = authorizer.answer(decision, context).body;
          const granted = modelMeanings(definition, [...tokensOf(token)], true);
          for (const text of decision.missing) {
            expect(modelMayHave(definition, text, approvedEntries(token.approvedScopes))).toBe(
              true,
            );
            if (restrictedIn(definition, text)) stepped.count += 1;
          }
          for (const text of scope?.split(" ") ?? []) {
            const isMissing = !granted.includes(text);
            if (isMissing && restrictedIn(definition, text)) expect(isApproved).toBe(true);
          }
          const next = scope === undefined ? undefined : authorized(one, token, scope);
          if (next === undefined) break;
          token = next;
        }
        expect(rounds).toBeLessThanOrEqual(2);
        return rounds > 0;
      },
      40,
      RUNS,
      [blocked, stepped],
    );
  });

  it("that is not approved cannot tell a restricted scope from a reserved one, except by the message", () => {
    law(
      drawClient,
      ({ definition, facts, name, params }) => {
        const reserved: Definition = {
          ...definition,
          scopes: Object.fromEntries(
            Object.entries(definition.scopes).map(([scope, options]) => {
              if (typeof options === "string" || !options.restricted) return [scope, options];
              return [scope, { ...without(options, ["restricted"]), reserved: true as const }];
            }),
          ),
        };
        const others = { ...facts, first_party: undefined, approvedScopes: undefined };
        const open = Object.keys(definition.scopes).filter(
          (scope) => !scopeOptions(definition, scope).restricted && !/[{<]/.test(scope),
        );
        const token = tokenOf(open, others);
        const decision = decide(definition, token, name, params);
        expect(decide(reserved, token, name, params)).toEqual(decision);
        return decision.code === "reserved_scope";
      },
      10,
      RUNS,
    );
  });
});

/** What the server approves for a client. */
const APPROVALS = {
  none: () => undefined,
  some: drawApproved,
  all: (_: Draw, definition: Definition) => Object.keys(definition.scopes),
} as const;
type Approval = keyof typeof APPROVALS;

const SMALL_SCOPES = ["r1", "r2", "a", "b", "c", "/t/{id}/r", "/u/{id}/r"];

/** Draws a policy with one tool, whose alternatives often mix restricted, reserved and other scopes. */
function drawSmallCase(draw: Draw) {
  const scopes = Object.fromEntries(
    SMALL_SCOPES.map((name, at): [string, ScopeOptions] => [
      name,
      {
        ...(at < 2 || draw.chance(20) ? { restricted: true } : {}),
        ...(draw.chance(8) ? { reserved: true } : {}),
        ...(draw.chance(10) ? { entitlement: "e" } : {}),
        ...(draw.chance(10) ? { accountTypes: ["m"] } : {}),
      },
    ]),
  );
  const part = (): Rule => {
    const scope = draw.pick(SMALL_SCOPES);
    return draw.chance(85)
      ? scope
      : { scope, ...draw.pick([{ tier: "pro" }, { entitlement: "e" }]) };
  };
  const list = (most: number, make: () => Rule): Rule[] => [
    ...new Map(
      Array.from({ length: 1 + draw.int(most) }, make).map((rule) => [JSON.stringify(rule), rule]),
    ).values(),
  ];
  const isMixed = draw.chance(50);
  const mixed: Rule[] = [
    { allOf: ["r1", draw.pick(["a", "b"])] },
    ...(draw.chance(85) ? ["c"] : []),
  ];
  const rule: RuleOptions = {
    anyOf: isMixed ? mixed : list(2, () => ({ allOf: list(2, part) })),
    ...(draw.chance(25) ? { acr: "mfa" } : {}),
    ...(draw.chance(25) ? { within: { project: "id" } } : {}),
  };
  const definition: Definition = {
    name: "Small",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["m", "s"],
    entitlements: ["e"],
    boundaries: { project: { claim: "projects" } },
    scopes,
    tools: { t: rule },
  };
  const texts = SMALL_SCOPES.map((scope) => scope.replace("{id}", draw.chance(90) ? "a" : "b"));
  // a client that got a restricted scope before the server withdrew the approval
  const held = isMixed ? ["r1", ...draw.some(["a", "b", "/t/a/r"], 10)] : draw.some(texts, 50);
  return { definition, held, name: "t", params: { id: draw.chance(95) ? "a" : "a/b" } };
}

/** Draws a client, with what it was granted before, and the account of its user. Gate and server read the same facts. */
function drawConnection(draw: Draw) {
  const isSmall = draw.chance(92);
  const one = isSmall ? drawSmallCase(draw) : drawGoodCase(draw, { patterns: 20, closed: true });
  const { definition, name, params } = one;
  const approval = draw.pick<Approval>(["none", "none", "some", "all"]);
  const { tiers = [], accountTypes = [], entitlements = [] } = definition;
  const project = draw.pick([{ a: "A" }, { a: "A", b: "B" }, { b: "B" }]);
  return {
    definition,
    name,
    params,
    approval,
    approvedScopes: approvedEntries(APPROVALS[approval](draw, definition)),
    held: draw.some(one.held, draw.pick([100, 100, 75, 0])),
    account: {
      ...(tiers.length > 0 && draw.chance(80) ? { tier: draw.pick(tiers) } : {}),
      ...(draw.chance(80) ? { account_type: draw.some(accountTypes, 80) } : {}),
      entitlements: draw.some(entitlements, 80),
      boundaries: { project, region: { a: "A" } },
      owns: () => "Mine",
    },
    signedIn: draw.chance(60) ? { acr: "mfa", auth_time: MODEL_NOW } : {},
    boundaries: draw.pick([{ project: ["a"], region: ["a"] }, { project: ["b"] }, undefined]),
    challenge: draw.pick(["minimum", "union", "auto"] as const),
    protocolVersion: draw.pick(["2025-11-25", "2026-07-28"]),
    ineligible: draw.pick(["drop", "drop", "refuse"] as const),
    registers: draw.chance(50),
  };
}
type Connection = ReturnType<typeof drawConnection>;

/** Returns the scope that a client registers: every declared scope that the server accepts for it, and what it is approved for. */
function registered({ definition, approvedScopes = [] }: Connection): string {
  const register = (scope: string) =>
    clientRegistration(load(definition), { scope }, { approvedScopes });
  const names = [...Object.keys(definition.scopes), ...approvedScopes].map(canonical);
  const literal = Object.keys(definition.scopes).filter((scope) => !/[{<]/.test(scope));
  for (const scope of literal) {
    if (!modelMayHave(definition, scope, approvedScopes)) expect(register(scope).ok).toBe(false);
  }
  const result = register(names.filter((scope) => register(scope).ok).join(" "));
  expect(result.ok).toBe(true);
  return String(result.ok && result.metadata["scope"]);
}

/** Returns what the server grants to a client that asks for a scope, if the user checks each box of the screen. */
function grant(one: Connection, requested: string, scope: string | undefined): ConsentOutcome {
  const { definition, account, approvedScopes, ineligible } = one;
  const facts: ConsentFacts = {
    client: {
      client_id: "app-1",
      redirect_uri: "https://app.example/cb",
      approvedScopes,
      ...(scope !== undefined && { scope }),
    },
    requested,
    account,
  };
  const screen = consentScreen(load(definition), facts, { ineligible });
  const scopes = rowsOf(screen).flatMap((row) => (row.locked ? [] : [row.scope]));
  const boundaries = Object.fromEntries(
    screen.boundaries.map(({ name, values }) => [name, values.map(({ value }) => value)]),
  );
  const selection = { decision: "approve", scopes, boundaries };
  return resolveConsent(load(definition), facts, selection, { ineligible });
}

/** Follows each challenge of a gate, and returns the code at the end with the number of consents. */
function follow(one: Connection) {
  const { definition, name, params, account, approvedScopes, challenge, protocolVersion } = one;
  const policy = load(definition);
  const authorizer = createAuthorizer({ policy, verify, trustClaims: [], challenge });
  const scope = one.registers ? registered(one) : undefined;
  let token: Record<string, unknown> = {
    ...without(account, ["owns", "boundaries"]),
    ...one.signedIn,
    approvedScopes,
    scope: one.held.join(" "),
    ...(one.boundaries && { boundaries: one.boundaries }),
  };
  for (let rounds = 0; ; rounds += 1) {
    const decision = policy.decideUntrusted(token, name, params);
    if (decision.code !== "insufficient_scope" || rounds > 2) return { end: decision.code, rounds };
    const context = { operation: String(name), token: token as never, protocolVersion };
    const asked = authorizer.answer(decision, context).body.scope ?? "";
    const texts = [...asked.split(" "), ...String(token["scope"]).split(" ")].filter(Boolean);
    const outcome = grant(one, [...new Set(texts)].join(" "), scope);
    if (!outcome.ok) return { end: outcome.error, rounds: rounds + 1 };
    token = { ...token, scope: outcome.scope, boundaries: outcome.boundaries };
  }
}

/** Ends of a client, with the number of consents or the approval where these matter. */
const ENDS = [
  ...["allowed after 0", "allowed after 1", "allowed after 2"],
  ...["not approved: allowed after 1", "not approved: reserved_scope after 0"],
  ...["not approved: reserved_scope after 1", "approved: allowed after 1"],
  ...["account_type_required", "upgrade_required", "binding_mismatch", "invalid_scope"],
  ...["insufficient_user_authentication", "invalid_params", "reserved_scope"],
];

describe("a client that asks for what each challenge names and what it has", TIMEOUT, () => {
  it("ends after at most two consents, whatever was granted before and whatever is approved", () => {
    const met = new Map(ENDS.map((end) => [end, tally(end, 100)]));
    law(
      drawConnection,
      (one) => {
        if (findingsOf(one.definition).length > 0) return false;
        const { end, rounds } = follow(one);
        expect(rounds).toBeLessThanOrEqual(2);
        const client = one.approval === "none" ? "not approved" : "approved";
        const after = `${end} after ${String(rounds)}`;
        const points = [end, after, `${client}: ${after}`].filter((point) => met.has(point));
        for (const point of points) countIn(met, point);
        return rounds > 0;
      },
      1_000,
      5_000,
      [...met.values()],
    );
    console.log([...met.values()].map(({ point, count }) => `${point}: ${count}`).join("\n"));
  });
});

/** Returns whether a scope-token is that of a restricted scope. */
function restrictedIn(definition: Definition, text: string): boolean {
  return modelMeanings(definition, [text], true).length > 0 && !modelMayHave(definition, text, []);
}
