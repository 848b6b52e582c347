// Laws of operations whose requirement depends on the values of arguments.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countIn, tally } from "../often.js";
import { findingsOf } from "../policy/findings-of.js";
import { SCALARS } from "./arbitrary-policy.js";
import { drawCase, drawGoodCase, drawRequest } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { assertLaw } from "./law.js";
import {
  type Case,
  type Definition,
  isPattern,
  MODEL_NOW,
  modelBranch,
  modelBranches,
  modelCaseAt,
  modelDecide,
  modelMatch,
  type Rule,
  type RuleOptions,
} from "./model.js";
import { knownIn, modelDecideRequest, modelToolsFor } from "./model-surfaces.js";
import { dataOf, decide, load, tokenOf } from "./observe.js";
import { without } from "./without.js";

const MANY = { patterns: 60, cases: 70, closed: true };
const optionsOf = (rule: Rule): RuleOptions => (typeof rule === "string" ? { scope: rule } : rule);

interface Applied {
  readonly key: string;
  readonly rule: RuleOptions;
}

/** Returns the entries that decide a name, without regard to denials: its own one, otherwise those of the patterns that match it. */
function appliedTo({ tools = {}, endpoints = {} }: Definition, name: unknown): Applied[] {
  if (typeof name !== "string") return [];
  const own = Object.entries({ ...tools, ...endpoints }).filter(([key]) => key === name);
  const matching = Object.entries(tools).filter(
    ([key]) => isPattern(key) && /^[A-Za-z0-9_.-]+$/.test(name) && modelMatch(key, name),
  );
  return (own.length > 0 ? own : matching).map(([key, rule]) => ({ key, rule: optionsOf(rule) }));
}

/** Draws a call that often has the values of a case, and often a name that only patterns match. */
function drawAimedCase(draw: Draw) {
  const one = drawCase(draw, MANY);
  const name = draw.chance(35) ? draw.pick(["list_things", "get_b", "delete_course"]) : one.name;
  const cases = appliedTo(one.definition, name).flatMap(({ rule }) => rule.cases ?? []);
  const aimed = draw.some(cases, 50).flatMap(({ when }) => Object.entries(when));
  const values = aimed.map(([key, list]) => [key, draw.pick([list].flat())] as const);
  const own = Object.fromEntries(values);
  // an inherited argument is missing
  const isInherited = draw.chance(15);
  const given: Record<string, unknown> = { ...(one.params as object) };
  const inheriting = Object.create(own) as Record<string, unknown>;
  const params = isInherited
    ? Object.assign(inheriting, without(given, Object.keys(own)))
    : { ...given, ...own };
  return { ...one, name, params: aimed.length === 0 ? one.params : params };
}

/** Returns what a call meets: a name for each type of branch that it takes. */
function branchTypes(definition: Definition, name: unknown, params: unknown): string[] {
  const applied = appliedTo(definition, name).filter(({ rule }) => rule.cases !== undefined);
  const types = applied.flatMap(({ key, rule }) => {
    const branch = modelBranch(rule, params);
    const at = modelCaseAt(rule, params);
    const place = at === -1 ? "`otherwise`" : at === 0 ? "the first case" : "a later case";
    return [
      place,
      ...(branch.deny === undefined ? [] : [`a denial in ${at === -1 ? "`otherwise`" : "a case"}`]),
      ...(isPattern(key) ? [`${at === -1 ? "`otherwise`" : "a case"} of a pattern`] : []),
      ...(key.includes(" ") ? [`${at === -1 ? "`otherwise`" : "a case"} of an endpoint`] : []),
      ...(rule.weakOtherwise ? [] : ["an operation without `weakOtherwise`"]),
    ];
  });
  return [...types, ...(applied.length > 1 ? ["the branches of several patterns"] : [])];
}

const TYPES = [
  "the first case",
  "a later case",
  "`otherwise`",
  "a denial in a case",
  "a denial in `otherwise`",
  "a case of a pattern",
  "`otherwise` of a pattern",
  "a case of an endpoint",
  "`otherwise` of an endpoint",
  "an operation without `weakOtherwise`",
  "the branches of several patterns",
];

describe("operations with cases", { timeout: 300_000 }, () => {
  it("get the decision of the naive model in each type of branch", () => {
    const met = new Map(TYPES.map((type) => [type, tally(type, 100)]));
    const allowed = tally("a call that is allowed in a branch", 300);
    assertLaw(
      fc.property(drawn(drawAimedCase), ({ definition, token, name, params }) => {
        const model = modelDecide(definition, token, name, params);
        const { param, ...data } = decide(definition, token, name, params);
        // which parameter a mismatch of several patterns names is not promised
        const isLoose =
          model.code === "binding_mismatch" &&
          (model.param === undefined || appliedTo(definition, name).length > 1);
        if (isLoose) delete model.param;
        expect(isLoose || param === undefined ? data : { ...data, param }).toEqual(model);
        const types = branchTypes(definition, name, params);
        for (const type of new Set(types)) countIn(met, type);
        if (model.allowed && types.length > 0) allowed.count += 1;
      }),
      { numRuns: 3000 },
      [...met.values(), allowed],
    );
  });

  it("get the decision of the model for requests by method and path", () => {
    const reached = tally("a request that an endpoint serves", 100);
    const cases = (draw: Draw) => {
      const one = drawCase(draw, MANY);
      return { ...one, request: drawRequest(draw, one.definition) };
    };
    assertLaw(
      fc.property(drawn(cases), ({ definition, token, request }) => {
        const { code } = modelDecideRequest(definition, token, request);
        const real = load(definition).decideRequest(token as never, request as never);
        expect(real.code).toBe(code);
        if (code !== "unknown_operation") reached.count += 1;
      }),
      { numRuns: 1500 },
      [reached],
    );
  });

  it("are listed as the model lists them", () => {
    const opened = tally("a tool that only a case opens", 50);
    assertLaw(
      fc.property(
        drawn((draw) => drawCase(draw, MANY)),
        ({ definition, token }) => {
          const isKnown = knownIn(definition, token);
          const views = load(definition).toolsFor(token as never);
          const real = views
            .map(({ name, decision }) => ({ name, code: decision.code }))
            .filter(isKnown);
          expect(real).toEqual(modelToolsFor(definition, token).filter(isKnown));
          const { tools = {} } = definition;
          const patterns = Object.entries(tools).filter(([key]) => isPattern(key));
          for (const { name, code } of real) {
            const { cases, otherwise } = optionsOf(tools[name] as Rule);
            if (code !== "allowed" || cases === undefined || otherwise === undefined) continue;
            const only = { ...Object.fromEntries(patterns), [name]: otherwise };
            const last = modelToolsFor({ ...definition, tools: only }, token);
            if (!last.some((view) => view.code === "allowed")) opened.count += 1;
          }
        },
      ),
      { numRuns: 200 },
      [opened],
    );
  });

  it("decide a call as an operation with only the branch that it takes", () => {
    const reached = tally("a call that takes a case", 100);
    assertLaw(
      fc.property(
        drawn((draw) => drawGoodCase(draw, { patterns: 0, cases: 70 })),
        ({ definition, held, facts, name, params }) => {
          const [applied] = appliedTo(definition, name);
          if (applied?.rule.cases === undefined) return;
          const branch = modelBranch(applied.rule, params);
          const { when, ...only } = branch as Case;
          const part = applied.key.includes(" ") ? "endpoints" : "tools";
          const plain = {
            ...definition,
            [part]: { ...definition[part], [applied.key]: only },
          };
          const token = tokenOf(held, facts);
          const [whole, own] = [definition, plain].map((one) => decide(one, token, name, params));
          // where a catch-all denies too, either reason is given: only an endpoint without cases is a denial as a whole
          if (whole?.code === "denied") expect(own?.code).toBe("denied");
          else expect(whole).toEqual(own);
          if (when !== undefined) reached.count += 1;
        },
      ),
      { numRuns: 1500 },
      [reached],
    );
  });
});

/** Values that no generated case compares. */
const OTHERS: readonly unknown[] = [undefined, {}, [], ["a"], "other", 7, 1.5, Symbol("a")];

/** Returns the values that a mistyped value can have: another type with the same text, or a value that no case compares. */
function mistyped(value: unknown): unknown[] {
  const same = SCALARS.filter((one) => one !== value && String(one) === String(value));
  return [...same, ...OTHERS];
}

describe("leaving out or mistyping an argument", { timeout: 300_000 }, () => {
  const slip = (draw: Draw, params: Record<string, unknown>, names: string[]) => {
    const changed = { ...params };
    for (const name of draw.few(names, names.length)) {
      if (draw.chance(50)) delete changed[name];
      else changed[name] = draw.pick(mistyped(params[name]));
    }
    return changed;
  };

  it("never gains anything without `weakOtherwise`", () => {
    const left = tally(
      "a call that is denied in a case and takes another branch after the slip",
      100,
    );
    const gained = tally("a call that gains because of `weakOtherwise`", 5);
    const cases = (draw: Draw) => {
      const one = drawGoodCase(draw, { patterns: 0, cases: 80, closed: true });
      const [applied] = appliedTo(one.definition, one.name);
      const params = { ...(one.params as Record<string, unknown>) };
      const branch = applied && (modelBranch(applied.rule, params) as Partial<Case>);
      const compared = Object.keys(branch?.when ?? {});
      return { ...one, applied, params, branch, slipped: slip(draw, params, ["x", ...compared]) };
    };
    assertLaw(
      fc.property(
        drawn(cases),
        ({ definition, held, facts, name, applied, params, branch, slipped }) => {
          if (branch?.when === undefined || applied === undefined) return;
          for (const scopes of [held, []]) {
            const token = tokenOf(scopes, facts);
            const before = decide(definition, token, name, params);
            const after = decide(definition, token, name, slipped);
            // a parameter with an invalid value is another call, with another resource
            if (before.allowed || before.code === "invalid_params") continue;
            if (applied.rule.weakOtherwise) {
              if (after.allowed) gained.count += 1;
              continue;
            }
            expect(after.allowed).toBe(false);
            const isLeft = modelCaseAt(applied.rule, slipped) !== modelCaseAt(applied.rule, params);
            if (isLeft) left.count += 1;
          }
        },
      ),
      { numRuns: 2500 },
      [left, gained],
    );
  });
});

describe("the order of cases", { timeout: 300_000 }, () => {
  it("matters only for a call that meets several of them, which the first decides", () => {
    const several = tally("a call that meets several cases", 50);
    const cases = (draw: Draw) => {
      const one = drawSmall(draw, 2);
      const wanted = draw.some(one.cases, 75).flatMap(({ when }) => Object.entries(when));
      const params = wanted.map(([name, values]) => [name, draw.pick([values].flat())] as const);
      return { ...one, shuffled: draw.shuffle(one.cases), params: Object.fromEntries(params) };
    };
    assertLaw(
      fc.property(drawn(cases), ({ cases, otherwise, shuffled, params }) => {
        const meets = (one: Case) => modelCaseAt({ cases: [one] }, params) === 0;
        const met = cases.filter(meets);
        const [first] = shuffled.filter(meets);
        const expected = first === undefined ? optionsOf(otherwise) : without(first, ["when"]);
        const definition = policyOf({ cases: shuffled, otherwise, weakOtherwise: true });
        if (findingsOf(definition).length > 0) return;
        const [all, only] = [load(definition), load(policyOf(expected))];
        for (const token of SOME_TOKENS) {
          expect(dataOf(all.decideUntrusted(token, "t", params))).toEqual(
            dataOf(only.decideUntrusted(token, "t", params)),
          );
        }
        if (met.length > 1) several.count += 1;
      }),
      { numRuns: 400 },
      [several],
    );
  });
});

const DOMAIN = [1, "1", true, "true", "b"];
const VALUES = [...DOMAIN, undefined, "other"];
const ARGUMENTS = ["x", "y"];
/** Every call over the small domain. */
const CALLS = VALUES.flatMap((x) =>
  VALUES.map(
    (y): Record<string, unknown> => ({
      ...(x === undefined ? {} : { x }),
      ...(y === undefined ? {} : { y }),
    }),
  ),
);
const REQUIREMENTS: readonly RuleOptions[] = [
  { scope: "r" },
  { scope: "w" },
  { scope: "p" },
  { deny: "no" },
  { anyOf: ["r", "p"] },
  { allOf: ["w", "p"] },
  { scope: "r", tier: "pro" },
  { scope: "r", accountTypes: ["m"] },
  { scope: "w", accountTypes: ["m", "s"] },
  {
    anyOf: [
      { scope: "r", accountTypes: ["m"] },
      { scope: "r", accountTypes: ["s"], tier: "free" },
    ],
  },
  {
    allOf: [
      { scope: "r", accountTypes: ["m"] },
      { scope: "p", accountTypes: ["s"] },
    ],
  },
  { scope: "r", entitlement: "e" },
  { scope: "w", entitlement: "e", acr: "mfa" },
  { scope: "r", acr: ["mfa", "phr"] },
  { scope: "r", maxAge: 60 },
  { scope: "w", maxAge: 300, acr: "phr" },
];
const SUBSETS = ["", "r", "w", "p", "r p", "w p"];
const AUTHENTICATIONS = [undefined, "mfa", "phr"].flatMap((acr) =>
  [undefined, 60, 300].map((age) => ({ acr, auth_time: age && MODEL_NOW - age })),
);
const ACCOUNTS = [undefined, "m", "s", ["m", "s"]].flatMap((account_type) =>
  [undefined, ["e"]].flatMap((entitlements) =>
    AUTHENTICATIONS.map((one) => ({ account_type, entitlements, ...one })),
  ),
);
/** Tokens that tell any two of the requirements apart. */
const TOKENS = SUBSETS.flatMap((scope) =>
  [undefined, "free", "pro"].flatMap((tier) => ACCOUNTS.map((one) => ({ scope, tier, ...one }))),
);
const SOME_TOKENS = TOKENS.filter((_, at) => at % 23 === 0);

const policyOf = (rule: RuleOptions): Definition => ({
  name: "Small",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["m", "s"],
  entitlements: ["e"],
  scopes: { r: {}, w: { implies: ["r"] }, p: { tier: "pro" } },
  tools: { t: rule },
});

/** Draws up to three cases over the small domain, each of which compares at most `most` arguments. */
function drawSmall(draw: Draw, most: number) {
  const cases = Array.from({ length: 1 + draw.int(2) }, (): Case => {
    const when = draw.few(ARGUMENTS, most).map((name) => [name, draw.few(DOMAIN, 2)] as const);
    return { when: Object.fromEntries(when), ...draw.pick(REQUIREMENTS) };
  });
  return { cases, otherwise: draw.pick(REQUIREMENTS) };
}

const opened = new Map<string, ReadonlySet<object>>();

/** Returns the tokens that a requirement allows, by the naive model. */
function openedBy(rule: Rule): ReadonlySet<object> {
  const key = JSON.stringify(rule);
  const definition = policyOf(optionsOf(rule));
  const tokens =
    opened.get(key) ?? new Set(TOKENS.filter((one) => modelDecide(definition, one, "t").allowed));
  opened.set(key, tokens);
  return tokens;
}

const gained = new Map<string, boolean>();

/** Returns whether some token meets the second requirement and fails the first. */
function gains(left: Rule, reached: Rule): boolean {
  const key = JSON.stringify([left, reached]);
  const before = openedBy(left);
  const known = gained.get(key) ?? [...openedBy(reached)].some((token) => !before.has(token));
  gained.set(key, known);
  return known;
}

/** Returns the findings that the rules promise, by trying every call, every slip and every token. */
function bruteForce(rule: RuleOptions): { unreachable: Set<string>; weak: Set<string> } {
  const { cases = [], otherwise = "r" } = rule;
  const branches = modelBranches(rule);
  const last = cases.length;
  const branchAt = (params: unknown) => {
    const at = modelCaseAt(rule, params);
    return at === -1 ? last : at;
  };
  const pathOf = (at: number) => (at === last ? "tools.t.otherwise" : `tools.t.cases[${at}]`);
  const reached = new Set(CALLS.map(branchAt));
  const unreachable = cases.map((_, at) => at).filter((at) => !reached.has(at));
  const weak = new Set<string>();
  for (const call of CALLS) {
    const left = branchAt(call);
    if (left === last) continue;
    const compared = Object.keys((cases[left] as Case).when);
    const slips = compared.reduce<Record<string, unknown>[]>(
      (made, name) =>
        made.flatMap((one) => [
          one,
          ...[undefined, "other", ...DOMAIN.filter((value) => isSlip(value, call[name]))].map(
            (value) => ({ ...one, [name]: value }),
          ),
        ]),
      [call],
    );
    for (const slipped of slips) {
      const at = branchAt(slipped);
      if (at === left || weak.has(pathOf(at))) continue;
      if (gains(branches[left] ?? otherwise, branches[at] ?? otherwise)) weak.add(pathOf(at));
    }
  }
  return { unreachable: new Set(unreachable.map(pathOf)), weak };
}

const isSlip = (value: unknown, given: unknown): boolean =>
  value !== given && given !== undefined && `${value as string}` === `${given as string}`;

describe("the findings about branches", { timeout: 300_000 }, () => {
  const pathsOf = (code: string, definition: Definition) =>
    new Set(findingsOf(definition).flatMap((one) => (one.code === code ? [one.path] : [])));
  const seen = () => ({
    weak: tally("a weak branch", 100),
    unreachable: tally("a case that no call reaches", 100),
    accepted: tally("a policy that is accepted", 50),
  });

  it("are exactly those of brute force, if each case compares one argument", () => {
    const tallies = seen();
    assertLaw(
      fc.property(
        drawn((draw) => drawSmall(draw, 1)),
        (rule) => {
          const { weak, unreachable } = bruteForce(rule);
          const definition = policyOf(rule);
          expect(pathsOf("unreachable_case", definition)).toEqual(unreachable);
          expect(pathsOf("weak_otherwise", definition)).toEqual(weak);
          if (weak.size > 0) tallies.weak.count += 1;
          if (unreachable.size > 0) tallies.unreachable.count += 1;
          if (weak.size + unreachable.size === 0) tallies.accepted.count += 1;
        },
      ),
      { numRuns: 2000 },
      Object.values(tallies),
    );
  });

  it("miss nothing that brute force finds, if cases compare several arguments", () => {
    const tallies = { ...seen(), unreachable: tally("a case that no call reaches", 30) };
    assertLaw(
      fc.property(
        drawn((draw) => drawSmall(draw, 2)),
        (rule) => {
          const { weak, unreachable } = bruteForce(rule);
          const definition = policyOf(rule);
          expect(pathsOf("unreachable_case", definition)).toEqual(unreachable);
          const found = pathsOf("weak_otherwise", definition);
          expect([...weak].filter((path) => !found.has(path))).toEqual([]);
          if (weak.size > 0) tallies.weak.count += 1;
          if (unreachable.size > 0) tallies.unreachable.count += 1;
          if (found.size + unreachable.size === 0) tallies.accepted.count += 1;
        },
      ),
      { numRuns: 2000 },
      Object.values(tallies),
    );
  });

  it("about weak branches are silent with `weakOtherwise`", () => {
    assertLaw(
      fc.property(
        drawn((draw) => drawSmall(draw, 2)),
        (rule) => {
          const definition = policyOf({ ...rule, weakOtherwise: true });
          expect(pathsOf("weak_otherwise", definition)).toEqual(new Set());
        },
      ),
      { numRuns: 300 },
    );
  });
});
