// Laws for any policy, any token and any call, with any callback that fails in any way.

import fc from "fast-check";
import { type AccessToken, type CallbackName, createAuthorizer, type Outage } from "scope-policy";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { drawCase, drawGoodCase } from "../model/arbitrary-request.js";
import { type Draw, drawn } from "../model/draw.js";
import { HOSTILE } from "../model/hostile.js";
import type { Definition } from "../model/model.js";
import { modelMatchScope, scopeOptions } from "../model/model-scopes.js";
import { load, tokenOf } from "../model/observe.js";
import { runOftenAsync, tally } from "../often.js";
import { parseChallenge } from "./challenge-parser.js";

const TIMEOUT = 50;
const FACTS = ["tier", "account_type", "entitlements", "first_party"] as const;
const SOURCES: readonly CallbackName[] = ["verify", "subject", "isRevoked", "audit"];

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

/** Runs a law over drawn values. Fails if fewer than `least` runs reach the point of the law. */
async function law<T>(
  runs: number,
  make: (draw: Draw) => T,
  check: (value: T) => Promise<boolean>,
  least: number,
): Promise<void> {
  const reached = tally("the point of the law", least);
  const property = fc.asyncProperty(drawn(make), async (value) => {
    if (await check(value)) reached.count += 1;
  });
  await runOftenAsync([reached], () => fc.assert(property, { numRuns: runs }));
}

type Answer<Value> = (good: Value) => unknown;
const boom = () => {
  throw new Error("boom");
};
const THEN = "then";
type Settle = (value?: unknown) => void;
const thenable = (then: (resolve: Settle, reject: Settle) => void) => ({ [THEN]: then });
const later = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The ways in which a callback returns a value. */
const RESULTS: readonly Answer<unknown>[] = [
  (good) => good,
  async (good) => good,
  (good) => later(TIMEOUT - 1).then(() => good),
  (good) => thenable((resolve) => resolve(good)),
  (good) =>
    thenable((resolve, reject) => {
      resolve(good);
      reject(new Error("boom"));
      throw new Error("boom");
    }),
];
/** The ways in which a callback fails. */
const FAILURES: readonly Answer<unknown>[] = [
  boom,
  async () => boom(),
  () => new Promise(() => undefined),
  (good) => later(TIMEOUT + 1).then(() => good),
  () => later(TIMEOUT + 1).then(boom),
  () => thenable(boom),
  () => thenable(() => undefined),
  () => thenable((resolve) => resolve(thenable(() => undefined))),
  () => Object.defineProperty({}, THEN, { get: boom }),
  (good) =>
    Object.assign(
      Promise.resolve(good),
      thenable((resolve) => resolve(thenable(boom))),
    ),
];
/** Unusable values for each callback; the audit sink may return anything. */
const UNUSABLE: Readonly<Record<CallbackName, readonly unknown[]>> = {
  verify: [7, "courses:read", true, false, Symbol("x"), () => ({ scope: "openid" })],
  authenticate: [],
  subject: [7, "pro", true, [], [{ tier: "pro" }], Object.create({ tier: "pro" }), boom],
  isRevoked: [undefined, null, 0, 1, "", "false", {}, [], Object(false), Symbol("x"), boom],
  audit: [],
  onUsed: [],
};

interface Source {
  readonly answer: Answer<unknown>;
  readonly isOut: boolean;
}
function drawSource(draw: Draw, source: CallbackName, percent: number): Source {
  const isOut = draw.chance(percent);
  if (!isOut) return { answer: draw.pick(RESULTS), isOut };
  const garbage = UNUSABLE[source].map(
    (value): Answer<unknown> =>
      () =>
        value,
  );
  return { answer: draw.pick([...FAILURES, ...garbage]), isOut };
}

/** Failures of the timers of the host; the first entry changes nothing. */
const CLOCKS: readonly (() => void)[] = [
  () => undefined,
  () => void vi.spyOn(Date, "now").mockReturnValue(Number.NaN),
  () => void vi.spyOn(Date, "now").mockImplementation(boom),
  () => void vi.stubGlobal("setTimeout", undefined),
  () => void vi.stubGlobal("setTimeout", boom),
  () => void vi.stubGlobal("clearTimeout", boom),
];

/** Returns the token that counts: `approvedScopes` come from `subject` alone, never from a verifier. */
function withoutApproval(token: unknown): unknown {
  if (typeof token !== "object" || token === null || Array.isArray(token)) return token;
  return Object.fromEntries(Object.entries(token).filter(([key]) => key !== "approvedScopes"));
}

const drawFailing = (draw: Draw) => {
  const one = drawGoodCase(draw, { patterns: 30 });
  const percent = draw.pick([0, 25, 50]);
  const sources = SOURCES.map((name) => [name, drawSource(draw, name, percent)] as const);
  return {
    ...one,
    sources: Object.fromEntries(sources) as Record<CallbackName, Source>,
    optional: draw.some(["subject", "isRevoked", "audit"], 70),
    clock: draw.chance(30) ? draw.int(CLOCKS.length - 1) : 0,
    onAuditError: draw.pick(["deny", "continue"] as const),
    authorization: draw.pick(["Bearer abc", "Bearer abc", "Bearer abc", undefined, "Bearer a b"]),
  };
};

describe("any failure of any callback", { timeout: 60_000 }, () => {
  it("grants no access, throws nothing, ends within the timeouts, and is reported once", async () => {
    await law(
      200,
      drawFailing,
      async ({ definition, held, facts, name, params, sources, optional, ...given }) => {
        const policy = load(definition);
        const reported: Outage[] = [];
        const token = tokenOf(held, facts);
        const answer = (source: CallbackName, good: unknown) =>
          sources[source].answer(good) as never;
        const has = (source: CallbackName) => source === "verify" || optional.includes(source);
        const authorizer = createAuthorizer({
          policy,
          verify: () => answer("verify", token),
          trustClaims: FACTS,
          ...(has("subject") && { subject: () => answer("subject", {}) }),
          ...(has("isRevoked") && { isRevoked: () => answer("isRevoked", false) }),
          ...(has("audit") && { audit: () => answer("audit", undefined) }),
          timeout: TIMEOUT,
          onAuditError: given.onAuditError,
          onOutage: (fault) => {
            reported.push(fault);
            return Promise.reject(new Error("boom")) as never;
          },
        } satisfies AuthorizerOptions);
        const { authorization } = given;
        CLOCKS[given.clock]?.();
        const pending = authorizer.admit({ authorization, operation: name as string, params });
        await vi.advanceTimersByTimeAsync(SOURCES.length * TIMEOUT);
        const admission = await Promise.race([pending, Promise.resolve("hangs" as const)]);
        vi.restoreAllMocks();
        vi.unstubAllGlobals();
        if (admission === "hangs") throw new Error("a call hangs");
        await vi.advanceTimersByTimeAsync(SOURCES.length * TIMEOUT);

        const { decision } = admission;
        const isShown = authorization === "Bearer abc";
        const out = SOURCES.filter((source) => has(source) && sources[source].isOut);
        const isOut = isShown && out.some((source) => source !== "audit");
        const mere = isShown
          ? policy.decideUntrusted(withoutApproval(token), name, params)
          : policy.decideUntrusted(authorization === undefined ? undefined : null, name, params);
        const counted = Object.values(authorizer.outages).reduce((sum, count) => sum + count, 0);
        expect(reported).toHaveLength(counted);
        for (const source of SOURCES) expect(authorizer.outages[source]).toBeLessThanOrEqual(1);
        if (isOut) expect(decision.allowed).toBe(false);
        if (decision.allowed) expect(mere.allowed).toBe(true);
        if (given.clock > 0) return false;
        // the first callback that fails ends the authentication; the audit sink is called in any case
        const reached = isShown ? out.filter((source) => source !== "audit").slice(0, 1) : [];
        const expected = [...reached, ...out.filter((source) => source === "audit")];
        expect(reported.map(({ source }) => source)).toEqual(expected);
        const isLost = out.includes("audit") && given.onAuditError === "deny" && mere.allowed;
        const early = ["unknown_operation", "denied", "invalid_params"].includes(mere.code);
        if (isOut && !early) expect(decision.code).toBe("temporarily_unavailable");
        else if (isLost) expect(decision.code).toBe("temporarily_unavailable");
        else if (authorization !== "Bearer a b") expect(decision).toEqual(mere);
        return isOut && mere.allowed;
      },
      5,
    );
  });
});

describe("without failures", { timeout: 60_000 }, () => {
  it("an authorizer decides as its policy does", async () => {
    await law(
      150,
      (draw) => drawCase(draw, { patterns: 30 }),
      async ({ definition, token, name, params }) => {
        // a value that is unusable for a verifier is an outage, and another test covers it
        if (token !== undefined && typeof token !== "object") return false;
        const policy = load(definition);
        const authorizer = createAuthorizer({
          policy,
          verify: () => token as AccessToken,
          trustClaims: FACTS,
        });
        const rawToken = token === undefined ? undefined : "abc";
        const outcome = await authorizer.decide(rawToken, name as string, params as never);
        const mere = policy.decideUntrusted(withoutApproval(token), name, params);
        expect(outcome.decision).toEqual(mere);
        return mere.allowed;
      },
      15,
    );
  });

  it("a hostile value in any place that a client or a verifier controls leads to a decision", async () => {
    for (const [, value] of HOSTILE) {
      const policy = load(SMALL);
      const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "openid" }) });
      for (const call of [
        { authorization: "Bearer abc", operation: value, params: value },
        { authorization: "Bearer abc", operation: "read_account", params: { accountID: value } },
        { authorization: undefined, operation: "whoami", params: value, arguments: value },
      ]) {
        expect(await authorizer.admit(call as never)).toHaveProperty("decision.allowed", false);
      }
      const outcome = await authorizer.decide("abc", value as string, value as never);
      expect(outcome.decision.allowed).toBe(false);
      expect((await authorizer.decide(value as string, "whoami")).decision.allowed).toBe(false);
    }
  });
});

const SMALL: Definition = {
  name: "Small",
  version: "1",
  scopes: { openid: {}, "/accounts/{accountID}/": {} },
  tools: { whoami: "openid", read_account: "/accounts/{accountID}/" },
};

/** Draws a policy and a call. In some policies a rule also requires `offline_access`. */
const drawChallenged = (draw: Draw) => {
  const one = drawGoodCase(draw, { patterns: 30 });
  const isOffline = draw.chance(20);
  const definition: Definition = isOffline
    ? {
        ...one.definition,
        scopes: { ...one.definition.scopes, offline_access: {} },
        baseline: [...(one.definition.baseline ?? []), "offline_access"],
      }
    : one.definition;
  const protocolVersion = draw.pick([undefined, "2025-06-18", "2026-07-28"]);
  return {
    ...one,
    definition,
    protocolVersion,
    challenge: draw.pick(["minimum", "union", "auto"] as const),
  };
};

describe("a challenge", { timeout: 60_000 }, () => {
  it("is valid by RFC 6750, names no reserved scope and no offline_access, and granting its scope allows the call", async () => {
    const sufficient = tally("a challenge that is sufficient", 41);
    const check = async (one: Challenged, operation: string): Promise<void> => {
      const { definition, held, facts, params, challenge, protocolVersion } = one;
      const policy = load(definition);
      const token = tokenOf(held, facts);
      const authorizer = createAuthorizer({
        policy,
        verify: () => token as AccessToken,
        trustClaims: FACTS,
        challenge,
      });
      const call = { authorization: "Bearer abc", operation, params, protocolVersion };
      const admission = await authorizer.admit(call);
      if (!("answer" in admission)) return;
      const { decision, answer } = admission;
      const line = answer.headers["WWW-Authenticate"];
      expect(line !== undefined).toBe(CHALLENGED.has(decision.code));
      if (line === undefined) return;
      const scope = parseChallenge(line).get("scope");
      const named = scope?.split(" ") ?? [];
      expect(named.filter((text) => isHidden(definition, text))).toEqual([]);
      if (decision.code !== "insufficient_scope") return;
      expect(answer.body.scope).toBe(scope);
      // a scope that the challenge cannot name cannot be granted because of it
      if (decision.scopes.some((needed) => !named.includes(needed))) return;
      const isUnion =
        challenge === "union" || (challenge === "auto" && protocolVersion === "2025-06-18");
      const granted = isUnion ? named : [...held, ...named];
      const wider = policy.decideUntrusted(tokenOf(granted, facts), operation, params);
      expect(wider.code).toBe("allowed");
      sufficient.count += 1;
    };
    const property = fc.asyncProperty(drawn(drawChallenged), async (one) => {
      const { tools, endpoints } = one.definition;
      for (const name of Object.keys({ ...tools, ...endpoints })) await check(one, name);
    });
    await runOftenAsync([sufficient], () => fc.assert(property, { numRuns: 120 }));
  });
});

type Challenged = ReturnType<typeof drawChallenged>;
const CHALLENGED: ReadonlySet<string> = new Set(["insufficient_scope", "invalid_token"]);

/** Returns whether no challenge may name a text: `offline_access`, or a reserved scope under any name, for any value. */
function isHidden(definition: Definition, text: string): boolean {
  const reserved = Object.keys(definition.scopes).flatMap((key) => {
    const options = scopeOptions(definition, key);
    return options.reserved === true ? [key, ...(options.replaces ?? [])] : [];
  });
  return (
    text === "offline_access" || reserved.some((key) => modelMatchScope(key, text) !== undefined)
  );
}
