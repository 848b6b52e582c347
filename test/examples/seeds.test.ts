import type { PolicyDefinition } from "scope-policy";
import { describe, expect, it } from "vitest";
import * as localisation from "../../examples/localisation/policy.js";
import * as loopwise from "../../examples/loopwise/policy.js";
import * as moov from "../../examples/moov/policy.js";
import * as movementors from "../../examples/movementors/policy.js";
import { seedData, seedText } from "./document.js";

// Each policy is compared with the data of its document as a whole, in order: what is missing and what
// is added both show. What the document leaves open is taken from what the policy's file lists as chosen.

interface SeedScope {
  readonly name: string;
  readonly description?: string;
  readonly group?: string;
  readonly default?: boolean;
  readonly reserved?: boolean;
  readonly tier?: string;
  readonly accountType?: string;
  readonly warning?: string;
}

interface SeedOperation {
  readonly id: string;
  readonly anyOf: readonly (readonly string[])[];
}

interface Seed {
  readonly scopes: readonly SeedScope[];
  readonly operations: readonly SeedOperation[];
}

interface ConsentOptions {
  readonly default?: string;
  readonly warning?: string;
}

interface LoopwiseSeed extends Seed {
  readonly reserved: readonly string[];
  readonly defaultWhenNoScopeRequested: readonly string[];
  readonly unmappedScopes: readonly string[];
}

interface MovementorsSeed extends Seed {
  readonly tiers: Readonly<Record<string, readonly string[]>>;
  readonly bundles: readonly {
    readonly name: string;
    readonly rule?: string;
    readonly scopes: readonly string[];
  }[];
  readonly hardDenials: readonly string[];
}

interface MoovSeed extends Seed {
  readonly scopeTable: readonly {
    readonly scopes: readonly string[];
    readonly description: string;
  }[];
}

type Entries = readonly (readonly [string, unknown])[];

/** A definition as plain data, with `undefined` gone. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const entries = (value: object | undefined): Entries =>
  Object.entries(plain(value ?? {}) as Record<string, unknown>);

/** What a seed's operation demands, written as a policy writes it. */
function ruleOf({ anyOf }: SeedOperation): unknown {
  const scopes = anyOf.map((all) => all[0]);
  if (scopes.length > 1) return { anyOf: scopes };
  return scopes[0] ?? { authenticated: true };
}

const rulesOf = (seed: Seed): Entries =>
  seed.operations.map((operation) => [operation.id, ruleOf(operation)]);

/** Every scope that a rule names, however deep. */
function scopesIn(rule: unknown): readonly string[] {
  if (typeof rule === "string") return [rule];
  if (Array.isArray(rule)) return rule.flatMap(scopesIn);
  const { scope, anyOf, allOf, enrichedBy } = rule as Record<string, unknown>;
  return [scope, anyOf, allOf, enrichedBy].filter((part) => part !== undefined).flatMap(scopesIn);
}

/** The tools of a definition but those declared as chosen; that each chosen one exists is its own assertion. */
function withoutChosen(definition: PolicyDefinition, chosen: readonly string[]): Entries {
  const names = Object.keys(definition.tools ?? {});
  expect(chosen.filter((name) => !names.includes(name))).toEqual([]);
  return entries(definition.tools).filter(([name]) => !chosen.includes(name));
}

/** The parts of a definition that a document says nothing of must not be there at all. */
function partsOf(definition: PolicyDefinition): readonly string[] {
  return Object.keys(plain(definition) as object).sort();
}

describe("loopwise", () => {
  const seed = seedData<LoopwiseSeed>("loopwise");
  const { definition } = loopwise.policy;

  it("has the parts of the page and no other", () => {
    expect(partsOf(definition)).toEqual(["defaultScopes", "name", "scopes", "tools", "version"]);
    expect(definition).toMatchObject({ name: "Loopwise", version: loopwise.chosen.version });
  });

  it("has every scope of the page, in its words", () => {
    const admin =
      "The admin:read and admin:write scopes are reserved for platform administrators and are not available to third-party applications.";
    expect(seedText("loopwise")).toContain(admin);
    expect(entries(definition.scopes)).toEqual(
      seed.scopes.map(({ name, description, group, reserved }) => [
        name,
        {
          description: description ?? admin,
          group,
          ...(reserved === undefined ? {} : { reserved }),
          ...(description?.startsWith("Required") === true ? { required: true } : {}),
        },
      ]),
    );
  });

  it("reserves the admin scopes and grants openid by default", () => {
    const reserved = entries(definition.scopes).filter(([, scope]) =>
      Object.hasOwn(scope as object, "reserved"),
    );
    expect(reserved.map(([name]) => name)).toEqual(seed.reserved);
    expect(definition.defaultScopes).toEqual(seed.defaultWhenNoScopeRequested);
  });

  it("has every tool of the page and chooses none", () => {
    expect(loopwise.chosen.tools).toEqual([]);
    expect(seed.operations).toHaveLength(33);
    expect(entries(definition.tools)).toEqual(rulesOf(seed));
  });

  it("leaves without a tool the scopes that the page leaves so", () => {
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    const idle = Object.keys(definition.scopes).filter((name) => !used.has(name));
    expect(idle.sort()).toEqual([...seed.unmappedScopes].sort());
  });
});

describe("movementors", () => {
  const seed = seedData<MovementorsSeed>("movementors");
  const { chosen } = movementors;
  const { definition } = movementors.policy;

  it("has the parts of the article and no other", () => {
    expect(partsOf(definition)).toEqual([
      "accountTypes",
      "baseline",
      "bundles",
      "name",
      "notCovered",
      "scopes",
      "tiers",
      "tools",
      "version",
    ]);
    expect(definition).toMatchObject({ name: "MoveMentors", version: chosen.version });
  });

  it("has every scope of the article, in its words", () => {
    expect(entries(definition.scopes)).toEqual(
      seed.scopes.map(({ name, description, group, tier, accountType }) => [
        name,
        {
          description,
          group,
          ...(tier === "Pro+" ? { tier: "pro" } : {}),
          ...(accountType === undefined ? {} : { accountTypes: [accountType] }),
          ...(chosen.required.some((required) => required === name) ? { required: true } : {}),
        },
      ]),
    );
    expect(Object.keys(seed.tiers)).toEqual(["Pro+"]);
  });

  it("has the plans and the kinds of account that the article speaks of", () => {
    const tiers = definition.tiers ?? [];
    expect(tiers.filter((tier) => !chosen.tiers.some((name) => name === tier))).toEqual([
      "free",
      "pro",
    ]);
    expect(tiers.indexOf("premium")).toBeGreaterThan(tiers.indexOf("pro"));
    const kinds = seed.scopes.flatMap(({ accountType }) => accountType ?? []);
    expect(definition.accountTypes).toEqual(kinds);
  });

  it("has the three bundles, and full control is everything but one", () => {
    expect(entries(definition.bundles)).toEqual(
      seed.bundles.map(({ name, rule, scopes }) => [
        name.toLowerCase().replace(" ", "-"),
        rule === undefined ? scopes : { every: true, except: [rule.split("except ")[1]] },
      ]),
    );
    const full = seed.bundles.find(({ rule }) => rule !== undefined)?.scopes ?? [];
    expect(full).toEqual(
      Object.keys(definition.scopes).filter((name) => name !== "write:financials"),
    );
  });

  it("asks for mcp:tools on every tool", () => {
    expect(seed.operations).toMatchObject([{ id: "MCP endpoint", anyOf: [["mcp:tools"]] }]);
    expect(definition.baseline).toEqual(["mcp:tools"]);
  });

  it("rules out what the article rules out, in its words", () => {
    const text = seedText("movementors").replace(/\n- /g, " ");
    const beginning = (sentence: string) => sentence.replace("’", "'").slice(0, 16);
    expect(definition.notCovered?.map(beginning)).toEqual(seed.hardDenials.map(beginning));
    const denials = entries(definition.tools).flatMap(
      ([, rule]) => (rule as { deny?: string }).deny ?? [],
    );
    expect(denials).toHaveLength(5);
    for (const reason of [...(definition.notCovered ?? []), ...denials]) {
      expect(text).toContain(reason);
      expect(definition.notCovered).toContain(reason);
    }
  });

  it("chooses every tool, and one at least for each scope that opens anything", () => {
    expect(withoutChosen(definition, chosen.tools)).toEqual([]);
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    const idle = Object.keys(definition.scopes).filter((name) => !used.has(name));
    expect(idle).toEqual(["mcp:tools", "offline_access"]);
  });

  it("puts a gate of its own on the chosen tools that it lists, and on no other", () => {
    const gated = entries(definition.tools).filter(
      ([, rule]) =>
        Object.hasOwn(rule as object, "accountTypes") || Object.hasOwn(rule as object, "tier"),
    );
    expect(gated.map(([name]) => name)).toEqual(chosen.toolGates);
  });
});

describe("moov", () => {
  const seed = seedData<MoovSeed>("moov");
  const { definition } = moov.policy;

  it("has the parts of the guide and no other", () => {
    expect(partsOf(definition)).toEqual(["endpoints", "name", "scopes", "tools", "version"]);
    expect(definition).toMatchObject({ name: "Moov", version: moov.chosen.version });
  });

  it("has every scope of the guide, and joins the descriptions of its rows in their order", () => {
    const rowsOf = (name: string) => seed.scopeTable.filter(({ scopes }) => scopes.includes(name));
    expect(seed.scopeTable).toHaveLength(14);
    expect(rowsOf("/")).toHaveLength(3);
    expect(rowsOf("/accounts/{accountID}/")).toHaveLength(11);
    expect(entries(definition.scopes)).toEqual(
      seed.scopes.map(({ name }) => [
        name,
        {
          description: rowsOf(name)
            .map(({ description }) => description)
            .join("; "),
        },
      ]),
    );
  });

  it("has every endpoint of the guide", () => {
    expect(entries(definition.endpoints)).toEqual(rulesOf(seed));
  });

  it("chooses every tool, and uses in them the scopes of every row", () => {
    expect(withoutChosen(definition, moov.chosen.tools)).toEqual([]);
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    expect([...used].sort()).toEqual(seed.scopes.map(({ name }) => name).sort());
  });

  it("binds transfers to the platform account and everything else to the user's", () => {
    const renamed = entries(definition.tools).filter(([, rule]) =>
      Object.hasOwn(rule as object, "params"),
    );
    expect(renamed.map(([name]) => name)).toEqual(["create_transfer", "list_transfers"]);
    for (const [, rule] of renamed) {
      expect(rule).toMatchObject({ params: { accountID: "platformAccountID" } });
    }
  });
});

describe("localisation", () => {
  const seed = seedData<Seed>("localisation");
  const { chosen } = localisation;
  const { definition } = localisation.policy;

  it("has the parts of the page and no other", () => {
    expect(partsOf(definition)).toEqual(["endpoints", "name", "scopes", "tools", "version"]);
    expect(definition).toMatchObject({ name: chosen.name, version: chosen.version });
  });

  it("has every scope of the page, with its default and its warning", () => {
    expect(entries(definition.scopes)).toEqual(
      seed.scopes.map(({ name, description, warning, default: on }) => [
        name,
        {
          description,
          default: on === true ? "on" : "off",
          ...(warning === undefined ? {} : { warning }),
        },
      ]),
    );
  });

  it("has nine scopes that are on, and four that are off and warn", () => {
    const scopes = entries(definition.scopes).map(([, scope]) => scope as ConsentOptions);
    expect(scopes.filter((scope) => scope.default === "on")).toHaveLength(9);
    const off = scopes.filter((scope) => scope.default === "off");
    expect(off).toHaveLength(4);
    expect(off).toEqual(scopes.filter((scope) => scope.warning !== undefined));
  });

  it("has every endpoint of the page", () => {
    expect(seed.operations).toHaveLength(7);
    expect(entries(definition.endpoints)).toEqual(rulesOf(seed));
  });

  it("chooses every tool: keys, translations, publishing, the glossary, content", () => {
    expect(withoutChosen(definition, chosen.tools)).toEqual([]);
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    const onlyByEndpoint = ["org:read", "projects:read", "projects:write"];
    expect([...used, ...onlyByEndpoint].sort()).toEqual(seed.scopes.map(({ name }) => name).sort());
  });
});
