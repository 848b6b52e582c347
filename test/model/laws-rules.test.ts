// Laws of the rules of a policy, for any token.

import fc from "fast-check";
import { bindScope, loadPolicy, matchScope } from "scope-policy";
import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { TEMPLATES } from "./arbitrary-policy.js";
import { drawGoodCase } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { assertLaw } from "./law.js";
import {
  type Definition,
  isPattern,
  modelMatch,
  modelParams,
  type Rule,
  type RuleOptions,
} from "./model.js";
import { coversAll } from "./model-endpoints.js";
import { isLegal, modelBind, placeholdersOf, textOfValue } from "./model-scopes.js";
import { dataOf, decide, load, tokenOf } from "./observe.js";

const RUNS = { numRuns: 1000 };
const LEGAL = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/;
const goodCase = (draw: Draw) => drawGoodCase(draw, { patterns: 40 });

describe("hard denials", { timeout: 300_000 }, () => {
  it("take precedence over everything else", () => {
    const cases = (draw: Draw) => ({ ...goodCase(draw), by: draw.pick(["name", "pattern"]) });
    const beaten = tally("a denial of a call that was allowed", 151);
    assertLaw(
      fc.property(drawn(cases), ({ definition, held, facts, name, params, by }) => {
        const token = tokenOf(held, { ...facts, first_party: true });
        if (decide(definition, token, name, params).allowed) beaten.count += 1;
        if (typeof name !== "string") return;
        const { tools = {}, endpoints = {} } = definition;
        const denied: Definition = Object.hasOwn(endpoints, name)
          ? { ...definition, endpoints: { ...endpoints, [name]: { deny: "never" } } }
          : LEGAL.test(name)
            ? {
                ...definition,
                tools: {
                  ...tools,
                  [by === "name" && name !== "__proto__" ? name : "*"]: { deny: "never" },
                },
              }
            : definition;
        const { code, allowed } = decide(denied, token, name, params);
        expect(allowed).toBe(false);
        expect(code).toBe(denied === definition ? "unknown_operation" : "denied");
      }),
      RUNS,
      [beaten],
    );
  });
});

describe("rules for other names", { timeout: 300_000 }, () => {
  it("never affect a decision", () => {
    assertLaw(
      fc.property(drawn(goodCase), ({ definition, held, facts, name, params }) => {
        const kept = (rules: Record<string, Rule> | undefined): Record<string, Rule> =>
          Object.fromEntries(
            Object.entries(rules ?? {}).filter(
              ([key]) =>
                key === name ||
                (typeof name === "string" &&
                  // a denying catch-all is for all endpoints that it matches
                  (coversAll(key, name) || (isPattern(key) && modelMatch(key, name)))),
            ),
          );
        const { tools, endpoints, ...rest } = definition;
        const sliced = { ...rest, tools: kept(tools), endpoints: kept(endpoints) };
        const token = tokenOf(held, facts);
        expect(decide(sliced, token, name, params)).toEqual(
          decide(definition, token, name, params),
        );
      }),
      RUNS,
    );
  });

  it("are not found on Object.prototype", () => {
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    assertLaw(
      fc.property(
        drawn((draw) => drawGoodCase(draw, { patterns: 0 })),
        (one) => {
          const { definition, held, facts, params } = one;
          const policy = load(definition);
          for (const name of inherited) {
            if (Object.hasOwn(definition.tools ?? {}, name)) continue;
            const token = tokenOf(held, facts);
            expect(policy.decideUntrusted(token, name, params).code).toBe("unknown_operation");
          }
        },
      ),
      RUNS,
    );
  });
});

describe("the declared order", { timeout: 300_000 }, () => {
  const shuffled = <T>(draw: Draw, entries: Record<string, T>): Record<string, T> =>
    Object.fromEntries(draw.shuffle(Object.entries(entries)));
  function permuted(draw: Draw, rule: Rule): Rule {
    if (typeof rule === "string") return rule;
    const { anyOf, allOf, ...rest } = rule;
    const mixed = (rules: Rule[]) => {
      const parts = rules.map((part) => permuted(draw, part));
      // parts that differ only in their order must not become equal: a list with duplicates is a finding
      const isUnique = new Set(parts.map((part) => JSON.stringify(part))).size === parts.length;
      return draw.shuffle(isUnique ? parts : rules);
    };
    return {
      ...rest,
      ...(anyOf ? { anyOf: mixed(anyOf) } : {}),
      ...(allOf ? { allOf: mixed(allOf) } : {}),
    };
  }
  const rules = (draw: Draw, of: Record<string, Rule> | undefined): Record<string, Rule> =>
    shuffled(
      draw,
      Object.fromEntries(
        Object.entries(of ?? {}).map(([name, rule]) => [name, permuted(draw, rule)]),
      ),
    );
  const reordered = (draw: Draw, definition: Definition): Definition => ({
    ...definition,
    scopes: shuffled(draw, definition.scopes),
    ...(definition.baseline ? { baseline: draw.shuffle(definition.baseline) } : {}),
    tools: rules(draw, definition.tools),
    endpoints: rules(draw, definition.endpoints),
  });

  it("of tools, scopes and members never changes a code", () => {
    const cases = (draw: Draw) => {
      const one = goodCase(draw);
      return { ...one, other: reordered(draw, one.definition) };
    };
    assertLaw(
      fc.property(drawn(cases), ({ definition, other, held, facts, name, params }) => {
        const token = tokenOf(held, facts);
        const { code, tier } = decide(definition, token, name, params);
        const again = decide(other, token, name, params);
        expect({ code: again.code, tier: again.tier }).toEqual({ code, tier });
      }),
      RUNS,
    );
  });

  it("of scopes never changes a decision", () => {
    const cases = (draw: Draw) => {
      const one = goodCase(draw);
      const { scopes } = one.definition;
      return { ...one, other: { ...one.definition, scopes: shuffled(draw, scopes) } };
    };
    assertLaw(
      fc.property(drawn(cases), ({ definition, other, held, facts, name, params }) => {
        const token = tokenOf(held, facts);
        expect(decide(other, token, name, params)).toEqual(decide(definition, token, name, params));
      }),
      RUNS,
    );
  });
});

describe("a rule", { timeout: 300_000 }, () => {
  it("never allows more with an additional requirement, nor less with an additional alternative", () => {
    const cases = (draw: Draw) => ({ ...drawGoodCase(draw, { patterns: 0 }), by: draw.int(1) });
    const reached = tally("a call that is allowed", 101);
    assertLaw(
      fc.property(drawn(cases), ({ definition, held, facts, params }) => {
        const { tools = {} } = definition;
        const rule = tools["get_settings"] ?? "courses:read";
        const more = "courses:write-more";
        const scopes = { ...definition.scopes, [more]: {} };
        const options: RuleOptions = typeof rule === "string" ? { scope: rule } : rule;
        if (options.deny !== undefined || options.public || options.authenticated) return;
        if (options.cases !== undefined) return;
        const bare = Object.fromEntries(
          Object.entries(options).filter(([key]) => key !== "hidden" && key !== "enrichedBy"),
        );
        const changed = (next: Rule): Definition => ({
          ...definition,
          scopes,
          tools: { ...tools, get_settings: next },
        });
        for (const token of [tokenOf(held, facts), tokenOf([...held, more], facts)]) {
          const before = decide(changed(bare), token, "get_settings", params).allowed;
          const stricter = changed({ allOf: [bare, more] });
          const wider = changed({ anyOf: [bare, more] });
          if (before) expect(decide(wider, token, "get_settings", params).allowed).toBe(true);
          if (!before) expect(decide(stricter, token, "get_settings", params).allowed).toBe(false);
          if (before) reached.count += 1;
        }
      }),
      RUNS,
      [reached],
    );
  });
});

describe("the list of tools", { timeout: 300_000 }, () => {
  it("is the same each time and has the decision of each tool without parameters", () => {
    const listed = [
      "allowed",
      "insufficient_scope",
      "upgrade_required",
      "insufficient_user_authentication",
      "unauthenticated",
    ];
    assertLaw(
      fc.property(drawn(goodCase), ({ definition, held, facts }) => {
        const policy = load(definition);
        for (const token of [tokenOf(held, facts), undefined]) {
          const views = policy.toolsFor(token as never);
          expect(policy.toolsFor(token as never)).toEqual(views);
          expect(loadPolicy(definition).toolsFor(token as never)).toEqual(views);
          const exact = Object.entries(definition.tools ?? {}).filter(
            ([name, rule]) => !isPattern(name) && !(typeof rule === "object" && rule.hidden),
          );
          const names = views.map((view) => view.name);
          expect(exact.map(([name]) => name).filter((name) => names.includes(name))).toEqual(names);
          for (const [name] of exact) {
            // cases compare parameters too
            if (modelParams(definition, name).length > 0) continue;
            const decision = dataOf(policy.decideUntrusted(token, name));
            const view = views.find((one) => one.name === name);
            if (listed.includes(decision.code))
              expect(dataOf(view?.decision ?? {})).toEqual(decision);
            else expect(view).toBeUndefined();
          }
        }
      }),
      RUNS,
    );
  });
});

describe("authorize and operation", { timeout: 300_000 }, () => {
  it("agree with decide", () => {
    const allowed = tally("a call that is allowed", 151);
    assertLaw(
      fc.property(drawn(goodCase), ({ definition, held, facts, name, params }) => {
        const policy = load(definition);
        const token = tokenOf(held, facts);
        const decision = dataOf(policy.decideUntrusted(token, name, params));
        const authorize = (): unknown =>
          policy.authorize(token as never, name as never, params as never);
        if (decision.allowed) {
          allowed.count += 1;
          expect(authorize()).toBe(token);
        } else {
          const error = thrownBy(authorize);
          expect(error).toMatchObject({ name: "AccessDenied" });
          expect(dataOf((error as { decision: object }).decision)).toEqual(decision);
        }
        const { tools = {}, endpoints = {} } = definition;
        if (typeof name !== "string" || isPattern(name)) return;
        if (!Object.hasOwn(tools, name) && !Object.hasOwn(endpoints, name)) return;
        const operation = policy.operation(name as never);
        expect(dataOf(operation.decide(token as never, params as never))).toEqual(decision);
        if (decision.code === "denied") return;
        expect([...operation.params]).toEqual(modelParams(definition, name));
      }),
      RUNS,
      [allowed],
    );
  });

  function thrownBy(run: () => unknown): unknown {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  }
});

describe("bindScope", { timeout: 300_000 }, () => {
  const value = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_.~-]{1,6}$/),
    fc.stringMatching(/^[A-Za-z0-9._~!$&'()+,;=:@|-]{1,6}$/),
    fc.constantFrom("a", "A", "a.b", ".", "..", "...", "a".repeat(128)),
  );
  const pairs = fc.record({
    template: fc.constantFrom(...TEMPLATES),
    left: fc.tuple(value, value),
    right: fc.tuple(value, value),
  });
  const valuesFor = (template: string, values: string[]): Record<string, string> =>
    Object.fromEntries(placeholdersOf(template).map((name, at) => [name, values[at] ?? "a"]));

  it("is injective, and matchScope is its inverse", () => {
    const both = tally("two values that are safe", 301);
    assertLaw(
      fc.property(pairs, ({ template, left, right }) => {
        const [one, other] = [left, right].map((values) => {
          const given = valuesFor(template, values);
          const bound = bindScope(template, given as never);
          if (!bound.ok) return undefined;
          expect(bound.scope).toBe(modelBind(template, given));
          expect({ ...matchScope(template, bound.scope) }).toEqual(given);
          return { given: JSON.stringify(given), scope: bound.scope };
        });
        if (one === undefined || other === undefined) return;
        both.count += 1;
        expect(one.scope === other.scope).toBe(one.given === other.given);
      }),
      RUNS,
      [both],
    );
  });

  it("accepts exactly the safe values", () => {
    const any = fc.oneof(value, fc.string(), fc.string({ unit: "binary" }), fc.jsonValue());
    assertLaw(
      fc.property(
        fc.constantFrom(...TEMPLATES.filter((text) => placeholdersOf(text).length === 1)),
        any,
        (template, given) => {
          const [name = ""] = placeholdersOf(template);
          const safe = isLegal(template, { [name]: textOfValue(given) });
          const bound = bindScope(template, { [name]: given });
          expect(bound.ok).toBe(safe);
          if (!bound.ok) expect(bound.param).toBe(name);
        },
      ),
      RUNS,
    );
  });
});
