import { createAuthorizer, loadPolicy, PolicyError, resolveConsent } from "scope-policy";
import { mcpGate } from "scope-policy/mcp";
import { introspectionVerifier, jwtVerifier } from "scope-policy/verify";
import { describe, expect, it, vi } from "vitest";
import { intersectPatterns } from "../../src/analysis/diff/pattern-intersections.js";
import { widenings } from "../../src/analysis/diff/widenings.js";
import { cleanClientText, forLog } from "../../src/consent/clean-text.js";
import { pickLocale } from "../../src/consent/locale.js";
import { createTokenMarks } from "../../src/decision/own-token.js";
import { createTokenScopesReader } from "../../src/decision/token-scopes-reader.js";
import { hasPlaceholder } from "../../src/grammar/placeholder.js";
import { readStrictJson } from "../../src/grammar/strict-json.js";
import { BODY_JSON } from "../../src/mcp/http/read-request.js";
import { createPolicyCache } from "../../src/mcp/server/policy-cache.js";
import { createResourceLookup } from "../../src/mcp/shared/resource-uris.js";
import { createSessionStore } from "../../src/mcp/shared/sessions.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { findingsOf } from "../policy/findings-of.js";
import { listOf, scopesOf } from "../policy/many.js";
import {
  AUDIENCE,
  CLAIMS,
  ISSUER,
  inSeconds,
  KEY_SET,
  mint,
  publicJwk,
} from "../verify/fixtures.js";

// Limits that no other test tries exactly at their value. Each title names the constant.

const client = { client_id: "app", redirect_uri: "https://app.example/cb" };
const names = (count: number, prefix = "s") => listOf(count, (index) => `${prefix}${index}`);

describe("limits of names and findings", () => {
  it("the name of a placeholder has at most 64 characters", () => {
    expect(hasPlaceholder(`/x/{${"a".repeat(64)}}`)).toBe(true);
    expect(hasPlaceholder(`/x/{${"a".repeat(65)}}`)).toBe(false);
  });

  it("a message quotes at most 64 characters of an invalid text", () => {
    const [finding] = findingsOf({
      name: "n",
      version: "1",
      scopes: { a: { default: "x".repeat(65) } },
    });
    expect(finding?.message).toBe(`expected on or off, got \`${"x".repeat(64)}\``);
  });
});

describe("limits of endpoints", () => {
  const codesOf = (keys: readonly string[]) =>
    findingsOf({
      name: "n",
      version: "1",
      scopes: {},
      endpoints: Object.fromEntries(keys.map((key) => [key, { public: true }])),
    }).map(({ code }) => code);

  it("MAX_OVERLAP_STEPS: endpoints are compared in at most 5,000,000 steps", () => {
    // each endpoint of one segment with text and a placeholder is compared with each of another one
    const keys = (count: number) =>
      listOf(count, (at) => [`GET /{a}.x/b${at}`, `GET /{a}.y.x/c${at}`]).flat();
    expect(codesOf(keys(2_200))).toEqual([]);
    expect(codesOf(keys(2_240))).toEqual(["too_large"]);
  });

  it("MAX_REPAIRED_LENGTH: a spelling is suggested for a key of at most 1,000 characters", () => {
    const suggestionFor = (length: number) => {
      const key = `GET /${"a".repeat(length - "GET //".length)}/`;
      const endpoints = { [key]: { public: true } };
      const [finding] = findingsOf({ name: "n", version: "1", scopes: {}, endpoints });
      return finding?.suggestion;
    };
    expect(suggestionFor(1_000)).toBe(`GET /${"a".repeat(994)}`);
    expect(suggestionFor(1_001)).toBeUndefined();
  });
});

describe("limits of cases", () => {
  it("MAX_COVER_STEPS: a case that no call reaches is found in at most 10,000 steps", () => {
    // the values of the second case take a step each, and those of the third one more for each value of the two before
    const codesOf = (half: number) => {
      const values = [listOf(half, (at) => at), listOf(half, (at) => -1 - at)];
      const lists = [...values, values.flat()];
      const cases = lists.map((limit) => ({ when: { limit }, scope: "s" }));
      const tools = { t: { cases, otherwise: "s" } };
      return findingsOf({ name: "n", version: "1", scopes: { s: {} }, tools }).map(
        ({ code }) => code,
      );
    };
    expect(codesOf(3_333)).toEqual(["unreachable_case"]);
    expect(codesOf(3_334)).toEqual([]);
  });
});

describe("limits of a decision", () => {
  const policyOf = (parts: object) => loadPolicy({ name: "Limits", version: "1", ...parts });

  it("MEMORY_BUDGET, ENTRY, BOUND: texts are cached up to 8,388,608 characters", () => {
    const implied = Object.keys(scopesOf(31, (at) => `/p${at}/{id}`));
    const scopes = { "/all/{id}": { implies: implied }, ...scopesOf(31, (at) => `/p${at}/{id}`) };
    const read = createTokenScopesReader(
      compiledPolicyOf(policyOf({ scopes })),
      createTokenMarks(),
    );
    const isRemembered = (scope: string) => {
      read({ scope });
      const known = read({ scope });
      return known !== undefined && read({ scope }) === known;
    };
    // each token adds 32 bound scopes of 64 characters to the 256 of the entry
    const tokens = listOf(4_070, (at) => `/all/${at}`).join(" ");
    const room = 8_388_608 - 4_070 * 32 * 64 - 256 - tokens.length;
    expect(room).toBeGreaterThan(2);
    expect(isRemembered(`${tokens} ${"x".repeat(room - 1)}`)).toBe(true);
    expect(isRemembered(`${tokens} ${"x".repeat(room)}`)).toBe(false);
  });

  it("MAX_JOINS: 2,048 combinations are listed, divided by the number of matching patterns", () => {
    for (const [patterns, listed] of [
      [["a*", "*b"], 1_024],
      [["a*", "*b", "a*b"], 682],
    ] as const) {
      const anyOf = (prefix: string) => ({ anyOf: names(64, prefix) });
      const tools = Object.fromEntries(patterns.map((key, at) => [key, anyOf(`p${at}x`)]));
      const scopes = Object.fromEntries(
        patterns.flatMap((_, at) => Object.entries(scopesOf(64, (one) => `p${at}x${one}`))),
      );
      const denial = policyOf({ scopes, tools }).decideUntrusted({ scope: "" }, "ab");
      expect(denial.code === "insufficient_scope" && denial.accepted.length).toBe(listed);
    }
  });

  it("MAX_SEEDS: of 512 alternatives of two patterns the best pair is found, of more the best one of each pattern", () => {
    // the last alternatives of both patterns share their scopes; every other alternative has two scopes that no other has
    const rule = (prefix: string, count: number) => ({
      anyOf: [
        ...listOf(count - 1, (at) => ({ allOf: [`${prefix}${at}`, `${prefix}${at}y`] })),
        { allOf: ["z", "w"] },
      ],
    });
    for (const [left, right, missing] of [
      [256, 256, 2],
      [257, 256, 4],
    ] as const) {
      const tools = { "a*": rule("a", left), "*b": rule("b", right) };
      const all = ["a", "b"].flatMap((prefix) =>
        listOf(257, (at) => [`${prefix}${at}`, `${prefix}${at}y`]).flat(),
      );
      const scopes = Object.fromEntries([...all, "z", "w"].map((name) => [name, {}]));
      const denial = policyOf({ scopes, tools }).decideUntrusted({ scope: "" }, "ab");
      expect(denial.code === "insufficient_scope" && denial.missing.length).toBe(missing);
    }
  });
});

describe("limits of consent", () => {
  it("MAX_NAME_LENGTH: a name is shown with at most 80 characters", () => {
    expect(cleanClientText("a".repeat(80))).toBe("a".repeat(80));
    expect(cleanClientText("a".repeat(81))).toBe(`${"a".repeat(79)}…`);
  });

  it("MAX_LOG_LENGTH: a log has at most 200 characters of a scope", () => {
    expect(forLog("a".repeat(200))).toHaveLength(200);
    expect(forLog("a".repeat(201))).toHaveLength(200);
  });

  it("MAX_TAGS: at most 16 language tags are considered", () => {
    const unknown = listOf(16, () => "tlh");
    expect(pickLocale([...unknown.slice(1), "de"], undefined).tag).toBe("de");
    expect(pickLocale([...unknown, "de"], undefined).tag).toBe("en");
  });

  const policy = loadPolicy({ name: "Limits", version: "1", scopes: scopesOf(3) });

  it("MAX_LOGGED: at most 32 scopes that were posted but not offered are reported", () => {
    for (const [posted, reported] of [
      [32, 32],
      [33, 32],
    ] as const) {
      const selection = { decision: "approve", scopes: names(posted, "x") };
      const outcome = resolveConsent(policy, { client, requested: "s0" }, selection);
      expect(outcome).toMatchObject({ ok: false, error: "invalid_selection" });
      expect(!outcome.ok && outcome.offending.length).toBe(reported);
    }
  });

  it("REMEMBERED: a refusal is remembered for 180 days", () => {
    const facts = { client, requested: "s0 s1", now: 1_000 };
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["s0"] });
    expect(outcome).toMatchObject({ refused: [{ scope: "s1", until: 1_000 + 15_552_000 }] });
  });
});

describe("limits of the MCP gate", () => {
  it("maxBatch: the option accepts at most 1,000 messages", () => {
    const policy = loadPolicy({ name: "Limits", version: "1", scopes: {} });
    const authorizer = createAuthorizer({ policy, verify: () => undefined });
    expect(() => mcpGate(authorizer, { maxBatch: 1_000 })).not.toThrow();
    expect(() => mcpGate(authorizer, { maxBatch: 1_001 })).toThrow(PolicyError);
  });

  const bytes = (text: string) => new TextEncoder().encode(text);

  it("MAX_DEPTH: a body has at most 128 levels", () => {
    const read = (depth: number) =>
      readStrictJson(bytes("[".repeat(depth) + "]".repeat(depth)), BODY_JSON);
    expect([read(128), read(129)]).toEqual([expect.any(Array), undefined]);
  });

  it("MAX_PER_POLICY: a policy has at most 100 entries in a cache", () => {
    const memory = createPolicyCache<number>();
    const policy = {};
    for (let index = 0; index < 101; index += 1) memory.set(policy, `k${index}`, index);
    expect(memory.get(policy, "k99")).toBe(99);
    expect(memory.get(policy, "k100")).toBeUndefined();
  });

  it("MAX_SESSIONS, MAX_PER_OWNER: 10,000 sessions are kept, and 1,000 of one owner", () => {
    const sessions = createSessionStore();
    for (let index = 0; index < 1_001; index += 1) sessions.set(`one${index}`, "one");
    expect(sessions.get("one0")).toBeUndefined();
    expect(sessions.get("one1")).toBe("one");
    for (let index = 0; index < 9_000; index += 1) sessions.set(`s${index}`, `owner${index}`);
    expect(sessions.get("one2")).toBe("one");
    sessions.set("last", "last");
    expect(sessions.get("one3")).toBeUndefined();
    expect(sessions.get("one4")).toBe("one");
  });

  it("MAX_URI_LENGTH: the URI of a resource has at most 8,192 characters", () => {
    const { byUri } = createResourceLookup({ "notes://n/{id}": "read_note" });
    const base = "notes://n/";
    expect(byUri(base + "a".repeat(8_192 - base.length))).toHaveLength(1);
    expect(byUri(base + "a".repeat(8_193 - base.length))).toHaveLength(0);
  });
});

describe("limits of the test helpers", () => {
  it("MAX_STEPS: the search for widenings of an operation takes at most 150,000 steps", () => {
    // three parameters, each with the values of the literals and with fresh values
    const policyOf = (literals: number) => {
      const paths = listOf(literals, (at) => `GET /l${at}/l${at}/l${at}`);
      const endpoints = Object.fromEntries([...paths, "GET /:a/:b/:c"].map((key) => [key, "s"]));
      return loadPolicy({ name: "Limits", version: "1", scopes: { s: {} }, endpoints });
    };
    const unproved = (literals: number) =>
      widenings(policyOf(literals), policyOf(literals), new Set()).unproved;
    expect(unproved(17)).toEqual([]);
    expect(unproved(18)).toEqual(["GET /:a/:b/:c"]);
  });

  it("MAX_STATES: the search for names that several patterns match visits at most 5,000 states", () => {
    const globs = (count: number) => listOf(count, (at) => `*${String.fromCharCode(97 + at)}*`);
    // each set of letters seen so far is a state, so each further letter doubles the number of states
    expect(intersectPatterns(globs(12), new Set()).complete).toBe(true);
    expect(intersectPatterns(globs(13), new Set()).complete).toBe(false);
  });

  it("MAX_NAME_LENGTH: names of up to 128 characters are considered", () => {
    const long = `${"?".repeat(127)}a`;
    expect(
      intersectPatterns([long, "*a"], new Set()).found.map(({ name }) => name.length),
    ).toContain(128);
  });
});

describe("limits of the verifiers", () => {
  const answering = (body: string) => () =>
    Promise.resolve(new Response(body, { headers: { "content-type": "application/json" } }));
  const verifierOf = (answer: () => Promise<Response>) =>
    jwtVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ["RS256"],
      jwks: "https://as.example.com/keys",
      now: () => inSeconds(0),
      fetch: answer,
    });
  const padded = (value: unknown, bytes: number) => JSON.stringify(value).padEnd(bytes);

  it("MAX_KEY_SET_BYTES: a key set has at most 262,144 bytes", async () => {
    const token = await mint();
    const verified = await verifierOf(answering(padded(KEY_SET, 262_144)))(token);
    expect(verified?.sub).toBe("user-1");
    const tooLarge = verifierOf(answering(padded(KEY_SET, 262_145)));
    await expect((async () => tooLarge(token))()).rejects.toThrow(/response is too large/);
  });

  it("MAX_TRIALS: at most 8 keys are tried for a token without a key id", async () => {
    const token = await mint({ header: { kid: undefined } });
    const good = await publicJwk("as-rs256");
    for (const [others, sub] of [
      [7, "user-1"],
      [8, undefined],
    ] as const) {
      const keys = await Promise.all(
        listOf(others, (at) => publicJwk("attacker-rs256", { kid: `k${at}` })),
      );
      const verify = verifierOf(answering(JSON.stringify({ keys: [...keys, good] })));
      expect((await verify(token))?.sub).toBe(sub);
    }
  });

  it("MAX_ANSWER_BYTES: an introspection response has at most 65,536 bytes", async () => {
    const verifyWith = (bytes: number) =>
      introspectionVerifier({
        endpoint: "https://as.example.com/introspect",
        clientId: "api",
        clientSecret: "secret",
        issuer: ISSUER,
        audience: AUDIENCE,
        now: () => inSeconds(0),
        fetch: answering(padded({ ...CLAIMS, active: true }, bytes)),
      });
    expect((await verifyWith(65_536)("token"))?.sub).toBe("user-1");
    await expect((async () => verifyWith(65_537)("token"))()).rejects.toThrow(
      /response is too large/,
    );
  });

  it("DEFAULT_TIMEOUT: a server has 3,000 milliseconds to respond", async () => {
    const token = await mint();
    vi.useFakeTimers();
    try {
      const verify = verifierOf(() => new Promise(() => undefined));
      let thrown: unknown;
      const done = (async () => verify(token))().catch((error: unknown) => {
        thrown = error;
      });
      await vi.advanceTimersByTimeAsync(2_999);
      expect(thrown).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      await done;
      expect(String(thrown)).toContain("did not respond in time");
    } finally {
      vi.useRealTimers();
    }
  });
});
