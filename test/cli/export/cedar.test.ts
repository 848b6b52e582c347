import fc from "fast-check";
import { type AnyPolicy, loadPolicy, type Policy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as localisation } from "../../../examples/localisation/policy.js";
import { policy as loopwise } from "../../../examples/loopwise/policy.js";
import { policy as moov } from "../../../examples/moov/policy.js";
import { policy as movementors } from "../../../examples/movementors/policy.js";
import { cedarExporter as cedar } from "../../../src/cli/export/cedar.js";
import { compiledPolicyOf } from "../../../src/policy/compiled-policies.js";
import { branchesOf } from "../../../src/policy/compiled-policy.js";
import { drawPolicy } from "../../model/arbitrary-policy.js";
import { drawCase, drawToken } from "../../model/arbitrary-request.js";
import { type Draw, drawn } from "../../model/draw.js";
import { MODEL_NOW } from "../../model/model.js";
import { countIn, runOftenAsync, tally } from "../../often.js";
import { type CedarEngine, faultsOf, loadCedar } from "./cedar-engine.js";
import { type Call, requestOf } from "./cedar-request.js";

type Form = "text" | "set";

async function exported(policy: unknown, form: Form = "text") {
  const compiled = compiledPolicyOf(policy);
  const options = { given: { scopeClaim: form } };
  const { files, cannotSay } = await cedar.run({ policy: policy as Policy, compiled }, options);
  const [schema, policies] = files.map(({ text }) => text) as [string, string];
  return { schema, policies, cannotSay };
}

/** Returns Cedar with the export of a policy, which is valid in strict mode. */
async function engineOf(policy: unknown, form?: Form) {
  const { schema, policies, cannotSay } = await exported(policy, form);
  expect(faultsOf(schema, policies)).toEqual([]);
  return { engine: loadCedar(schema, policies), cannotSay };
}

/** Tokens near a scope: none of them is the scope. */
const MISSES: readonly ((scope: string) => string)[] = [
  (scope) => `${scope}x`,
  (scope) => `${scope}.read`,
  (scope) => `${scope}s.read`,
  (scope) => `x${scope}`,
  (scope) => `x:${scope}`,
  (scope) => `${scope}:`,
  (scope) => `${scope},`,
  (scope) => scope.slice(0, -1) || "x",
  (scope) => scope.slice(1) || "x",
  (scope) => scope.replace(/[:.*]/, "_"),
  (scope) => scope.replaceAll(":", "s:"),
  (scope) => scope.toUpperCase(),
  (scope) => scope.replaceAll("*", "x"),
];

/** Draws a scope text with declared scopes, some in duplicate, and others that are near them. */
function drawNear(draw: Draw, names: readonly string[]): string {
  const density = draw.pick([30, 70, 10]);
  const tokens = names.flatMap((name) => {
    const near = draw.chance(60) ? [draw.pick(MISSES)(name)] : [];
    return draw.chance(density) ? [name, ...near, ...(draw.chance(10) ? [name] : [])] : near;
  });
  return draw
    .shuffle(tokens.filter((token) => !token.includes("{")))
    .slice(0, 12)
    .join(" ");
}

/** A decision of the library and one of Cedar about the same call. */
interface Comparison {
  readonly call: Call;
  readonly library: boolean;
  readonly cedar: boolean;
}

/** Returns both decisions. A token that a host rejects is denied without asking Cedar. */
function compare(policy: Policy, engine: CedarEngine, call: Call): Comparison {
  const request = requestOf(policy.definition, engine, call, MODEL_NOW);
  const library = policy.decideUntrusted(call.token, call.name, call.params).allowed;
  return { call, library, cedar: request !== undefined && engine.allows(request) };
}

/** Returns whether Cedar has everything that decides an operation: for text claims, no scope with placeholders. */
function isSayable(policy: AnyPolicy, name: string, form: Form): boolean {
  const operation = compiledPolicyOf(policy).operations.get(name);
  if (operation === undefined) return false;
  const kinds = new Map<string, Set<string>>();
  for (const [argument, values] of operation.cases.flatMap(({ when }) => when)) {
    const own = kinds.get(argument) ?? new Set();
    for (const value of values) own.add(value === null ? "null" : typeof value);
    kinds.set(argument, own);
  }
  if ([...kinds.values()].some((own) => own.size > 1 || own.has("null"))) return false;
  const uses = branchesOf(operation)
    .flatMap(({ rules }) => rules)
    .flatMap(({ alternatives }) => alternatives.flatMap((one) => one.uses));
  return uses.every(
    ({ params, scope }) =>
      params.length === 0 || (form === "set" && scope.template.coverage === undefined),
  );
}

/** Draws a policy with calls: with scopes near the declared ones, and any other ones. */
function drawCalls(draw: Draw) {
  const definition = drawPolicy(draw.part(1750), {
    closed: true,
    cases: 20,
    patterns: 10,
    ruled: draw.chance(15),
  });
  const names = Object.keys({ ...definition.tools, ...definition.endpoints });
  const tokens = Object.keys(definition.scopes);
  const calls = Array.from({ length: 8 }, (): Call => {
    const name = draw.pick(names);
    const params = drawCase(draw, {}).params;
    const boundaries = draw.pick([
      undefined,
      { project: ["a"] },
      { project: ["b", "a"], region: [] },
    ]);
    const facts = { ...drawToken(draw, definition), boundaries };
    const scope = draw.chance(70) ? drawNear(draw, tokens) : facts.scope;
    return { token: draw.chance(8) ? undefined : { ...facts, scope }, name, params };
  });
  return { definition, calls };
}

/** Number of random policies by the form of the scope claim. */
const RUNS = { text: 200, set: 50 };

describe.each(["text", "set"] as const)("with the scope claim as a %s", (form) => {
  it("Cedar decides random policies as the library does, and denies what it cannot decide", async () => {
    const points = ["allowed", "denied", "unsayable"] as const;
    const reached = new Map(points.map((point) => [point, tally(point, RUNS[form] / 10)]));
    const property = fc.asyncProperty(drawn(drawCalls), async ({ definition, calls }) => {
      const policy = loadPolicy(definition, { now: () => MODEL_NOW });
      const { engine, cannotSay } = await engineOf(policy, form);
      const isWhole = !cannotSay.some((line) => line.includes("` implies `"));
      for (const call of calls) {
        const { library, cedar: allowed } = compare(policy, engine, call);
        const isKnown = isSayable(policy, call.name, form);
        // an implication that Cedar does not know makes it stricter
        const expected = isKnown && (isWhole || allowed) ? library : false;
        if (isKnown && (isWhole || allowed))
          expect({ call, allowed }).toEqual({ call, allowed: expected });
        else expect({ call, allowed }).toEqual({ call, allowed: false });
        countIn(reached, isKnown ? (allowed ? "allowed" : "denied") : "unsayable");
      }
    });
    const options = { numRuns: RUNS[form], endOnFailure: true };
    await runOftenAsync([...reached.values()], () => fc.assert(property, options));
  });
});

const EXAMPLES: Readonly<Record<string, Policy>> = { localisation, loopwise, moov, movementors };

/** Tokens near and at each scope of a policy, with some facts. */
function exampleTokens(policy: Policy): readonly object[] {
  const names = Object.keys(policy.definition.scopes).map((name) =>
    name.replaceAll(/\{\w+\}/g, "a"),
  );
  const facts = [
    { tier: "premium", account_type: "mentor", first_party: true },
    { tier: "free", account_type: ["studio"] },
  ];
  const scopes = names.flatMap((name, at) => [
    `mcp:tools ${name}`,
    `${name} mcp:tools ${names[(at + 1) % names.length]}`,
    `mcp:tools ${(MISSES[at % MISSES.length] as (typeof MISSES)[number])(name)}`,
  ]);
  return scopes.map((scope, at) => ({ ...facts[at % 2], scope }));
}

describe.each(Object.entries(EXAMPLES))("the example %s", (_, policy) => {
  it.each(["text", "set"] as const)(
    "is decided in Cedar as in the library, with the claim as a %s",
    async (form) => {
      const { engine } = await engineOf(policy, form);
      const names = Object.keys({ ...policy.definition.tools, ...policy.definition.endpoints });
      const tokens = [undefined, ...exampleTokens(policy)];
      const params = { accountID: "a", platformAccountID: "a", walletID: "w" };
      const calls = names.flatMap((name, at) =>
        tokens
          .filter((_token, index) => (index + at) % 4 === 0)
          .map((token) => ({ token, name, params })),
      );
      for (const call of calls) {
        const { library, cedar: allowed } = compare(policy, engine, call);
        const expected = isSayable(policy, call.name, form) && library;
        expect({ call, allowed }).toEqual({ call, allowed: expected });
      }
      expect(calls.some((call) => compare(policy, engine, call).cedar)).toBe(true);
    },
  );
});

const scope = (text: string) => ({ action: "file_claim", context: { token: { scope: text } } });

describe("whole tokens", () => {
  const insurer = loadPolicy({
    name: "Insurer",
    version: "1",
    scopes: { "insurance:claim": "File a claim", "insurance:claims.read": "Read claims" },
    tools: { file_claim: "insurance:claim", list_claims: "insurance:claims.read" },
  });
  // as published examples of Amazon Bedrock AgentCore write it
  const bySubstring = `permit (principal, action == Action::"file_claim", resource)
    when { context has token && context.token.scope like "*insurance:claim*" };`;

  it("are not found inside other tokens, where a pattern without spaces finds them", async () => {
    const { schema, policies } = await exported(insurer);
    const near = ["insurance:claims.read", "x.insurance:claim", "insurance:claim:old a"];
    expect(faultsOf(schema, bySubstring)).toEqual([]);
    const substring = loadCedar(schema, bySubstring);
    expect(near.map((text) => substring.allows(scope(text)))).toEqual([true, true, true]);
    const { allows } = loadCedar(schema, policies);
    expect(near.map((text) => allows(scope(text)))).toEqual([false, false, false]);
    const held = [
      "insurance:claim",
      "insurance:claim a",
      "a insurance:claim",
      "a insurance:claim b",
      "insurance:claim insurance:claim",
    ];
    expect(held.map((text) => allows(scope(text)))).toEqual(held.map(() => true));
  });

  it.each([
    "a  insurance:claim",
    " insurance:claim",
    "insurance:claim ",
    "insurance:claim\ta",
    'insurance:claim "',
    "insurance:claim a\\b",
  ])("are not read in the malformed claim %j, as in the library", async (text) => {
    const { engine } = await engineOf(insurer);
    expect(engine.allows(scope(text))).toBe(false);
    expect(insurer.decide({ scope: text }, "file_claim").code).toBe("invalid_token");
  });

  it("are not read in a claim of another type", async () => {
    const open = loadPolicy({
      name: "Open",
      version: "1",
      scopes: {},
      tools: { file_claim: { authenticated: true } },
    });
    const list = { action: "file_claim", context: { token: { scope: ["a"] } } };
    expect((await engineOf(open)).engine.allowsAny(list)).toBe(false);
    expect((await engineOf(open, "set")).engine.allowsAny(list)).toBe(true);
    expect((await engineOf(open, "set")).engine.allowsAny(scope("a"))).toBe(false);
  });
});

describe("what Cedar cannot express", () => {
  const policy = loadPolicy({
    name: "Shop",
    version: "1",
    scopes: {
      a: {},
      "/shops/{id}/": { implies: ["a"] },
      "files:/{path}": { match: "path-prefix" },
      late: {},
    },
    boundaries: { project: { claim: "projects" } },
    tools: {
      open: "/shops/{id}/",
      odd: { scope: "/shops/{id}/", params: { id: "shop-id" } },
      read: "files:/{path}",
      mixed: { cases: [{ when: { mode: ["x", 1] }, scope: "a" }], otherwise: "a" },
      part: { cases: [{ when: { share: [1, 1.5] }, scope: "a" }], otherwise: "a" },
      rich: { scope: "a", enrichedBy: "late" },
      inside: { scope: "a", within: { project: "id" } },
      own: { scope: "a", internal: true },
      "delete_*": "a",
    },
  });

  it("is listed, one line each", async () => {
    const { cannotSay } = await exported(policy);
    expect(cannotSay.map((line) => line.split(":")[0])).toEqual([
      "`open`",
      "`odd`",
      "`read`",
      "`mixed`",
      "`part`",
      "`/shops/{id}/` implies `a` for any value",
      "`delete_*`",
      "`own`",
      "`enrichedBy` of `rich`",
      "the characters of `params` in the context",
      "a scope claim that is too long, or has letters or controls that RFC 6749 does not allow",
    ]);
    const asSet = (await exported(policy, "set")).cannotSay;
    expect(asSet.filter((line) => line.includes("denies every call"))).toEqual([
      expect.stringContaining("`odd`: its parameter `shop-id` cannot be the name of a placeholder"),
      expect.stringContaining("`read`: it requires `files:/{path}`, whose matching rule"),
      expect.stringContaining("`mixed`: its cases compare `mode`"),
      expect.stringContaining("`part`: its cases compare `share`"),
    ]);
  });

  it.each(["text", "set"] as const)(
    "leaves no policy without an action, where Cedar would warn of one, with the claim as a %s",
    async (form) => {
      const tools = { own: { scope: "a", internal: true }, "delete_*": "a" };
      const hidden = loadPolicy({ name: "Hidden", version: "1", scopes: { a: {} }, tools });
      const { engine } = await engineOf(hidden, form);
      expect(engine.contextOf("own")).toBeUndefined();
      expect(engine.contextOf("delete_*")).toBeUndefined();
    },
  );

  it("rejects an unknown form of the claim, and a name that is not valid Unicode", async () => {
    await expect(exported(policy, "list" as Form)).rejects.toThrow(
      "--scope-claim `list`: expected text or set",
    );
    const broken = loadPolicy({
      name: "Broken",
      version: "1",
      scopes: { a: {} },
      entitlements: ["\ud800"],
      tools: { t: { scope: "a", entitlement: "\ud800" } },
    });
    await expect(exported(broken)).rejects.toThrow("half of a surrogate pair");
  });

  it("nests long lists, so that a scope that a thousand others imply does not end Cedar", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, at) => [`s${at}`, { implies: ["a"] }]),
    );
    const wide = loadPolicy({
      name: "Wide",
      version: "1",
      scopes: { a: {}, ...many },
      tools: { file_claim: "a" },
    });
    const { schema, policies } = await exported(wide);
    const { allows } = loadCedar(schema, policies);
    expect([allows(scope("b s999")), allows(scope("b s9999"))]).toEqual([true, false]);
  });
});

it("an argument is compared with one value, or found in a list of several", async () => {
  const toolOf = (mode: unknown) => ({ cases: [{ when: { mode }, scope: "a" }], otherwise: "a" });
  const definition = {
    name: "Modes",
    version: "1",
    scopes: { a: "A" },
    tools: { one: toolOf("plan"), several: toolOf(["plan", "run"]), none: { deny: "Never." } },
  };
  const { policies } = await exported(loadPolicy(definition));
  expect(policies).toContain(`context.arguments["mode"] == "plan"`);
  expect(policies).toContain(`["plan", "run"].contains(context.arguments["mode"])`);
  expect(policies).toContain(`@reason("Never.")`);
});
