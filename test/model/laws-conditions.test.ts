// Laws of entitlements, account types, enrichments, internal operations and authentication, for any policy.

import fc from "fast-check";
import {
  type AccessToken,
  authorizationServerMetadata,
  connectedApp,
  consentScreen,
  loadPolicy,
  protectedResourceMetadata,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { renderDocs } from "../../src/cli/docs/docs-markdown.js";
import { renderMatrixHtml } from "../../src/cli/matrix/matrix-html.js";
import { matrixOf } from "../../src/cli/matrix/matrix-model.js";
import { matrixJson, matrixMarkdown } from "../../src/cli/matrix/matrix-text.js";
import { createSecuritySchemes } from "../../src/mcp/server/security-schemes.js";
import { type Tally, tally } from "../often.js";
import { drawCase, drawGoodCase } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { assertLaw, law } from "./law.js";
import {
  type Definition,
  isPattern,
  MODEL_NOW,
  modelDecide,
  modelOperation,
  type Rule,
  type RuleOptions,
} from "./model.js";
import { load, tokenOf } from "./observe.js";
import { without } from "./without.js";

const goodCase = (draw: Draw) => drawGoodCase(draw, { patterns: 30, closed: true });
type GoodCase = ReturnType<typeof goodCase>;

const decided = ({ definition, held, facts, name, params }: GoodCase, changes: object = {}) =>
  load(definition).decideUntrusted({ ...tokenOf(held, facts), ...changes }, name, params);

const REAUTHENTICATE = "insufficient_user_authentication";

describe("entitlements", { timeout: 300_000 }, () => {
  it("only ever open calls: more of them deny nothing that fewer allow", () => {
    law(
      goodCase,
      (one) => {
        const { entitlements = [] } = one.definition;
        const fewer = decided(one, { entitlements: [] });
        const all = decided(one, { entitlements });
        if (fewer.allowed || fewer.code === REAUTHENTICATE) expect(all.code).toBe(fewer.code);
        return all.allowed && !fewer.allowed;
      },
      15,
    );
  });

  it("decide as in the naive model for each set of them, in any letter case", () => {
    const both = tally("a call that needs both", 30);
    const needsBoth: Rule = {
      allOf: [
        { scope: "courses:read", entitlement: "fleet" },
        { scope: "courses:read", entitlement: "beta" },
      ],
    };
    const aimedCase = (draw: Draw): GoodCase => {
      const { definition, ...one } = goodCase(draw);
      const { entitlements, tools } = definition;
      const isAimed = entitlements !== undefined && draw.chance(25);
      if (!isAimed) return { definition, ...one };
      const aimed = { ...definition, tools: { ...tools, get_settings: needsBoth } };
      return {
        ...one,
        definition: aimed,
        name: "get_settings",
        held: [...one.held, "courses:read"],
      };
    };
    const subsets = [[], ["fleet"], ["beta"], ["Fleet", "BETA"], ["fleet", "beta"]];
    law(
      aimedCase,
      (one) => {
        const { definition, held, facts, name, params } = one;
        const codes = subsets.map((entitlements) => {
          const { code, entitlement } = modelDecide(
            definition,
            tokenOf(held, { ...facts, entitlements }),
            name,
            params,
          );
          expect(decided(one, { entitlements })).toMatchObject({
            code,
            ...(entitlement !== undefined && { entitlement }),
          });
          return code;
        });
        const isOpen = codes.at(-1) === "allowed";
        if (isOpen && codes[1] !== "allowed" && codes[2] !== "allowed") both.count += 1;
        return isOpen && codes[3] !== "allowed";
      },
      40,
      600,
      [both],
    );
  });

  it("end after as many upgrades as the policy declares, each of which is needed", () => {
    law(
      goodCase,
      (one) => {
        const { entitlements: declared = [], tiers = [] } = one.definition;
        let token: { tier?: unknown; entitlements: string[] } = { entitlements: [] };
        let steps = 0;
        for (;;) {
          const decision = decided(one, token);
          if (decision.code !== "upgrade_required") break;
          const { tier, entitlement } = decision;
          expect((tier === undefined) !== (entitlement === undefined)).toBe(true);
          if (entitlement !== undefined) {
            expect(declared).toContain(entitlement);
            expect(token.entitlements).not.toContain(entitlement);
            token = { ...token, entitlements: [...token.entitlements, entitlement] };
          } else token = { ...token, tier };
          steps += 1;
          expect(steps).toBeLessThanOrEqual(declared.length + tiers.length);
        }
        return token.entitlements.length > 0;
      },
      30,
    );
  });

  it("of any other shape than a list of texts count as none", () => {
    const shapes: readonly unknown[] = ["fleet", null, { 0: "fleet" }, ["fleet", 1], 7, undefined];
    law(
      (draw) => ({ ...goodCase(draw), shape: draw.pick(shapes) }),
      (one) => {
        const decision = decided(one, { entitlements: one.shape });
        expect(decision).toEqual(decided(one, { entitlements: [] }));
        return decision.code === "upgrade_required";
      },
      15,
    );
  });
});

describe("account types", { timeout: 300_000 }, () => {
  it("decide as one text and as a list of one", () => {
    law(
      goodCase,
      (one) => {
        const { account_type: type } = one.facts;
        if (typeof type !== "string") return false;
        expect(decided(one, { account_type: [type] })).toEqual(decided(one));
        return decided(one).code !== decided(one, { account_type: [] }).code;
      },
      15,
    );
  });

  it("only ever open calls when there are more", () => {
    law(
      goodCase,
      (one) => {
        const { accountTypes = [] } = one.definition;
        const fewer = decided(one, { account_type: accountTypes.slice(0, 1) });
        const all = decided(one, { account_type: accountTypes });
        expect(all.code).not.toBe("account_type_required");
        if (fewer.allowed) expect(all.allowed).toBe(true);
        return all.allowed && !fewer.allowed;
      },
      8,
    );
  });
});

describe("enrichments", { timeout: 300_000 }, () => {
  const stripRule = (rule: Rule) =>
    typeof rule === "string" ? rule : without(rule, ["enrichedBy"]);
  const stripBranches = (rule: RuleOptions): Rule => {
    const { cases, otherwise } = rule;
    return {
      ...without(rule, ["enrichedBy"]),
      ...(cases && { cases: cases.map((one) => without(one, ["enrichedBy"])) }),
      ...(otherwise && { otherwise: stripRule(otherwise) }),
    };
  };
  const withoutDetail = ({ tools = {}, endpoints = {}, ...rest }: Definition): Definition => {
    const strip = (entries: NonNullable<Definition["tools"]>) =>
      Object.fromEntries(
        Object.entries(entries).map(([name, rule]) => [
          name,
          typeof rule === "string" ? rule : stripBranches(rule),
        ]),
      );
    return { ...rest, tools: strip(tools), endpoints: strip(endpoints) };
  };

  it("change nothing else about a decision, and are listed exactly if it is enriched", () => {
    law(
      goodCase,
      (one) => {
        const decision = decided(one);
        const plain = decided({ ...one, definition: withoutDetail(one.definition) });
        if (!decision.allowed) {
          expect(decision).toEqual(plain);
          return false;
        }
        expect(decision.enriched).toBe(decision.enrichments.length > 0);
        expect({ ...decision, enriched: false, enrichments: [] }).toEqual(plain);
        return decision.enriched;
      },
      40,
    );
  });
});

describe("an internal operation", { timeout: 300_000 }, () => {
  const NAMES = ["get_settings", "list_courses", "update_course", "list_s", "get_b"];

  it("is the same decision for code as without `internal`, and unknown to everything else", () => {
    law(
      (draw) => ({ ...drawCase(draw, { patterns: 30, closed: true }), internal: draw.pick(NAMES) }),
      ({ definition, token, internal, params }) => {
        const policy = load(definition);
        const fromCode = policy.decide(token as never, internal as never, params as never);
        const atGate = policy.decideUntrusted(token, internal, params);
        const isKnown = modelOperation(definition, internal) !== undefined;
        const isKnownToCode = modelOperation(definition, internal, undefined, true) !== undefined;
        if (isKnown) expect(atGate).toEqual(fromCode);
        else expect(atGate).toBe(policy.decideUntrusted(token, "no such tool", params));
        return isKnownToCode && !isKnown;
      },
      20,
    );
  });

  it("is in no list, screen, document or matrix", () => {
    law(
      (draw) => drawCase(draw, { patterns: 30, closed: true }),
      ({ definition, token }) => {
        const policy = load(definition);
        const entries = { ...definition.tools, ...definition.endpoints };
        const internal = Object.entries(entries).flatMap(([name, rule]) =>
          typeof rule === "object" && rule.internal === true ? [name] : [],
        );
        const facts = { client: { client_id: "app" }, requested: policy.scopeNames.join(" ") };
        const screen = consentScreen(policy, facts, { whenNoScope: "catalogue" });
        const matrix = matrixOf(policy);
        const shown = new Set([
          ...policy.toolNames,
          ...policy.endpointNames,
          ...policy.toolsFor(token as never).map(({ name }) => name),
          ...[...screen.identity, ...screen.groups.flatMap(({ rows }) => rows)].flatMap(
            ({ unlocks }) => [...unlocks.tools, ...unlocks.endpoints],
          ),
          ...[...matrix.tools.rows, ...matrix.endpoints.rows].map(({ name }) => name),
        ]);
        for (const name of internal) expect(shown).not.toContain(name);
        return internal.some((name) => !isPattern(name));
      },
      30,
      300,
    );
  });
});

/** Adds internal operations whose names contain a text that occurs nowhere else. */
const withSecrets = ({ tools, endpoints, ...rest }: Definition): Definition => {
  const internal = { scope: "courses:read", internal: true } as const;
  return {
    ...rest,
    tools: { ...tools, secret_tool: internal, "secret_*": internal },
    endpoints: { ...endpoints, "POST /secret/{id}": internal, "POST /v1/secret": internal },
  };
};

describe("the name of an internal operation", { timeout: 300_000 }, () => {
  const NAMES = ["secret_tool", "secret_x", "POST /secret/{id}", "POST /v1/secret"];
  const REQUESTS = ["/secret/a", "/v1/secret"].map((path) => ({ method: "POST", path }));

  it("is in no text or data that a client, user or reader of documents gets, and no gate knows it", () => {
    law(
      (draw) => drawCase(draw, { patterns: 30, closed: true }),
      ({ definition, token, params }) => {
        const policy = load(withSecrets(definition));
        const client = { client_id: "app", approvedScopes: Object.keys(definition.scopes) };
        const requested = policy.scopeNames.join(" ");
        const account = {
          owns: () => "Mine",
          boundaries: { project: { a: "A" }, region: { a: "A" } },
        };
        const facts = { client, requested, account };
        const screen = consentScreen(policy, facts, { whenNoScope: "catalogue" });
        const server = { issuer: "https://as.example", scopeDescriptions: true };
        const resource = "https://api.example.com";
        const matrix = matrixOf(policy);
        const schemes = createSecuritySchemes(policy);
        const texts = [
          screen,
          // a screen with an error has no page
          screen.error ?? renderConsent(screen, { action: "/consent", csrf: "x" }),
          connectedApp(policy, { client, scope: requested, grantedAt: 1 } as never),
          protectedResourceMetadata(policy, { resource, authorizationServers: [server.issuer] }),
          authorizationServerMetadata(policy, server as never),
          policy.toolNames,
          policy.endpointNames,
          policy.toolsFor(token as never),
          policy.toolNames.map(schemes.of),
          renderDocs(policy),
          matrixJson(matrix),
          matrixMarkdown(matrix),
          renderMatrixHtml(policy),
        ].map((text) => JSON.stringify(text));
        for (const text of texts) expect(text).not.toContain("secret");
        const unknown = policy.decideUntrusted(token, "no such tool", params);
        expect(unknown.code).toBe("unknown_operation");
        for (const name of NAMES) expect(policy.decideUntrusted(token, name, params)).toBe(unknown);
        for (const one of REQUESTS) {
          expect(policy.decideRequest(token as never, one)).toBe(unknown);
          expect(policy.findEndpoint(one)).toBeUndefined();
        }
        return policy.decide(token as never, "secret_x" as never).allowed;
      },
      15,
      200,
    );
  });
});

describe("authentication", { timeout: 300_000 }, () => {
  const authenticated = { acr: "mfa", auth_time: MODEL_NOW };

  it("matters only once an alternative is met, and authenticating again is enough", () => {
    law(
      goodCase,
      (one) => {
        const decision = decided(one);
        const classes = decision.code === REAUTHENTICATE ? decision.acr : undefined;
        const again = decided(one, { acr: classes?.[0] ?? "mfa", auth_time: MODEL_NOW });
        if (decision.code !== REAUTHENTICATE) {
          if (!decision.allowed) expect(again).toEqual(decision);
          return false;
        }
        if (classes?.length !== 0) expect(again.allowed).toBe(true);
        return true;
      },
      20,
    );
  });

  it("counts only with a class of the list and a time in its bounds, for several patterns together", () => {
    const several = tally("a call that is allowed by two patterns", 30);
    const denied = tally("a call that is denied for its authentication", 100);
    const classes: readonly unknown[] = [
      ...["phr", "phr", "phr", "mfa", "PHR", "phr ", "", "constructor"],
      ...[["phr"], null, undefined, 7, { 0: "phr" }],
    ];
    const times: readonly unknown[] = [
      ...[0, 10, 59, 60, 61, 300, 301, -1, -1e6].map((age) => MODEL_NOW - age),
      ...[undefined, null, 0, -1, 1e11, Number.NaN, Number.POSITIVE_INFINITY, true],
      ...[String(MODEL_NOW), [MODEL_NOW], { valueOf: () => MODEL_NOW }],
    ];
    const patterns: Definition["tools"] = {
      "aim_*": { scope: "courses:read", acr: ["mfa", "phr"], maxAge: 300 },
      "*_aim": { scope: "courses:read", acr: ["phr", "hwk"], maxAge: 60 },
    };
    law(
      (draw) => {
        const { definition, ...one } = goodCase(draw);
        const isAimed = draw.chance(50);
        const tools = { ...definition.tools, ...patterns };
        const auth_time = draw.chance(50) ? MODEL_NOW - 10 : draw.pick(times);
        return {
          ...one,
          ...(isAimed && { name: "aim_aim", held: [...one.held, "courses:read"] }),
          definition: isAimed ? { ...definition, tools } : definition,
          isAimed,
          shown: { acr: draw.pick(classes), auth_time },
        };
      },
      (one) => {
        const { definition, held, facts, name, params, isAimed, shown } = one;
        const token = { ...tokenOf(held, facts), ...shown };
        const { code } = modelDecide(definition, token, name, params);
        expect(decided(one, shown).code).toBe(code);
        if (isAimed && code === "allowed") several.count += 1;
        if (code === REAUTHENTICATE) denied.count += 1;
        return code === "allowed";
      },
      40,
      1_200,
      [several, denied],
    );
  });

  it("expires by the clock: allowed up to `maxAge`, denied from then on, whatever was decided before", () => {
    const tallies: Record<"allowed" | "expired", Tally> = {
      allowed: tally("still recent", 12),
      expired: tally("too long ago", 12),
    };
    const cases = (draw: Draw) => ({
      ...goodCase(draw),
      passed: draw.pick([0, 59, 60, 61, 300, 301]),
    });
    assertLaw(
      fc.property(drawn(cases), ({ definition, held, facts, name, params, passed }) => {
        let now = MODEL_NOW;
        const policy = loadPolicy(definition, { now: () => now });
        const token = { ...tokenOf(held, facts), ...authenticated } as unknown as AccessToken;
        const first = policy.decideUntrusted(token, name, params);
        now = MODEL_NOW + passed;
        const later = policy.decideUntrusted(token, name, params);
        const limits = (modelOperation(definition, name, params)?.rules ?? []).flatMap(
          ({ maxAge }) => maxAge ?? [],
        );
        const isExpired = passed > Math.min(...limits);
        expect(later.code).toBe(first.allowed && isExpired ? REAUTHENTICATE : first.code);
        if (first.allowed && limits.length > 0)
          tallies[isExpired ? "expired" : "allowed"].count += 1;
        now = MODEL_NOW;
        expect(policy.decideUntrusted(token, name, params)).toEqual(first);
      }),
      { numRuns: 1500 },
      Object.values(tallies),
    );
  });
});

describe("random policies", { timeout: 300_000 }, () => {
  it("meet each rule and branch of the conditions often enough", () => {
    const points = {
      entitled: tally("allowed with an entitlement", 100),
      lacking: tally("denied for lack of an entitlement", 100),
      listed: tally("decided for several account types", 100),
      enriched: tally("allowed with enrichments", 100),
      plain: tally("allowed without its enrichments", 100),
      internal: tally("internal to gates", 100),
      strong: tally("allowed with `acr` or `maxAge`", 100),
      weak: tally("denied for lack of authentication", 100),
    };
    assertLaw(
      fc.property(
        drawn((draw) => drawCase(draw, { patterns: 30, closed: true })),
        ({ definition, token, name, params }) => {
          const model = modelDecide(definition, token, name, params);
          const rules = modelOperation(definition, name, params)?.rules ?? [];
          const alternatives = modelOperation(definition, name, params)?.alternatives ?? [];
          const isPublic = rules.every((rule) => rule.public);
          const count = (point: keyof typeof points, isMet: boolean) => {
            if (isMet) points[point].count += 1;
          };
          const needsAny = alternatives.some(({ entitlements }) => entitlements.length > 0);
          const type = (token as { account_type?: unknown } | null | undefined)?.account_type;
          const isAuthentic = rules.some(({ acr, maxAge }) => (acr ?? maxAge) !== undefined);
          count("entitled", model.allowed && !isPublic && needsAny);
          count("lacking", model.entitlement !== undefined);
          count(
            "listed",
            Array.isArray(type) && alternatives.some(({ types }) => types.length > 0),
          );
          count("enriched", model.enriched === true);
          count("plain", model.enriched === false && rules.some((rule) => rule.enrichedBy));
          count(
            "internal",
            !rules.length && modelOperation(definition, name, params, true) !== undefined,
          );
          count("strong", model.allowed && isAuthentic);
          count("weak", model.code === REAUTHENTICATE);
        },
      ),
      { numRuns: 4000 },
      Object.values(points),
    );
    const met = Object.values(points).map(({ point, count }) => `${point}: ${count}`);
    console.log(met.join("\n"));
  });
});
