import type { PolicyDefinition } from "scope-policy";
import { describe, expect, it } from "vitest";
import * as localisation from "../../examples/localisation/policy.js";
import * as loopwise from "../../examples/loopwise/policy.js";
import * as moov from "../../examples/moov/policy.js";
import * as movementors from "../../examples/movementors/policy.js";
import { seedData, seedText } from "./document.js";

// Each policy is compared with the complete data of its document, in order, so missing and additional entries both fail. For what the
// document does not specify, the expected values come from the list of choices in the policy's file.

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

/** Returns a definition as plain data, without members that are `undefined`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const entries = (value: object | undefined): Entries =>
  Object.entries(plain(value ?? {}) as Record<string, unknown>);

/** Returns the requirement of a seed's operation in the form of a policy. */
function ruleOf({ anyOf }: SeedOperation): unknown {
  const scopes = anyOf.map((all) => all[0]);
  if (scopes.length > 1) return { anyOf: scopes };
  return scopes[0] ?? { authenticated: true };
}

const rulesOf = (seed: Seed): Entries =>
  seed.operations.map((operation) => [operation.id, ruleOf(operation)]);

/** Returns every scope that a rule names, at any depth. */
function scopesIn(rule: unknown): readonly string[] {
  if (typeof rule === "string") return [rule];
  if (Array.isArray(rule)) return rule.flatMap(scopesIn);
  const { scope, anyOf, allOf, enrichedBy } = rule as Record<string, unknown>;
  return [scope, anyOf, allOf, enrichedBy].filter((part) => part !== undefined).flatMap(scopesIn);
}

/** Returns the tools of a definition without the chosen ones, and asserts that each chosen one exists. */
function withoutChosen(definition: PolicyDefinition, chosen: readonly string[]): Entries {
  const names = Object.keys(definition.tools ?? {});
  expect(chosen.filter((name) => !names.includes(name))).toEqual([]);
  return entries(definition.tools).filter(([name]) => !chosen.includes(name));
}

/** Returns the names of the sections of a definition. Sections without a counterpart in the document must be absent. */
function partsOf(definition: PolicyDefinition): readonly string[] {
  return Object.keys(plain(definition) as object).sort();
}

describe("the policy of loopwise", () => {
  const seed = seedData<LoopwiseSeed>("loopwise");
  const { definition } = loopwise.policy;

  it("has the sections of the page, accepted findings, and no others", () => {
    expect(partsOf(definition)).toEqual([
      "defaultScopes",
      "lint",
      "name",
      "scopes",
      "tools",
      "version",
    ]);
    expect(definition).toMatchObject({ name: "Loopwise", version: loopwise.chosen.version });
  });

  it("has every scope of the page with its wording", () => {
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

  it("has every tool of the page and no chosen tools", () => {
    expect(loopwise.chosen.tools).toEqual([]);
    expect(seed.operations).toHaveLength(33);
    expect(entries(definition.tools)).toEqual(rulesOf(seed));
  });

  it("has no tool for the scopes for which the page has none", () => {
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    const idle = Object.keys(definition.scopes).filter((name) => !used.has(name));
    expect(idle.sort()).toEqual([...seed.unmappedScopes].sort());
  });
});

describe("the policy of movementors", () => {
  const seed = seedData<MovementorsSeed>("movementors");
  const { chosen } = movementors;
  const { definition } = movementors.policy;

  it("has the sections of the article and no others", () => {
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

  it("has every scope of the article with its wording", () => {
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

  it("has the tiers and the account types of the article", () => {
    const tiers = definition.tiers ?? [];
    expect(tiers.filter((tier) => !chosen.tiers.some((name) => name === tier))).toEqual([
      "free",
      "pro",
    ]);
    expect(tiers.indexOf("premium")).toBeGreaterThan(tiers.indexOf("pro"));
    const kinds = seed.scopes.flatMap(({ accountType }) => accountType ?? []);
    expect(definition.accountTypes).toEqual(kinds);
  });

  it("has the three bundles, and full control is every scope except one", () => {
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

  it("requires mcp:tools for every tool", () => {
    expect(seed.operations).toMatchObject([{ id: "MCP endpoint", anyOf: [["mcp:tools"]] }]);
    expect(definition.baseline).toEqual(["mcp:tools"]);
  });

  it("denies the operations that the article rules out, with its wording", () => {
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

  it("lists every tool as chosen, with at least one for each scope that allows anything", () => {
    expect(withoutChosen(definition, chosen.tools)).toEqual([]);
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    const idle = Object.keys(definition.scopes).filter((name) => !used.has(name));
    expect(idle).toEqual(["mcp:tools", "offline_access"]);
  });

  it("has a condition of its own on the listed tools only", () => {
    const gated = entries(definition.tools).filter(
      ([, rule]) =>
        Object.hasOwn(rule as object, "accountTypes") || Object.hasOwn(rule as object, "tier"),
    );
    expect(gated.map(([name]) => name)).toEqual(chosen.toolGates);
  });
});

describe("the policy of moov", () => {
  const seed = seedData<MoovSeed>("moov");
  const { definition } = moov.policy;

  it("has the sections of the guide and no others", () => {
    expect(partsOf(definition)).toEqual(["endpoints", "name", "scopes", "tools", "version"]);
    expect(definition).toMatchObject({ name: "Moov", version: moov.chosen.version });
  });

  it("has every scope of the guide, with the descriptions of its rows joined in order", () => {
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

  it("lists every tool as chosen, and the tools use the scopes of every row", () => {
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

describe("the policy of localisation", () => {
  const seed = seedData<Seed>("localisation");
  const { chosen } = localisation;
  const { definition } = localisation.policy;

  it("has the sections of the page and no others", () => {
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

  it("has nine scopes that are on, and four that are off and have a warning", () => {
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

  it("lists every tool as chosen: keys, translations, publishing, the glossary, content", () => {
    expect(withoutChosen(definition, chosen.tools)).toEqual([]);
    const used = new Set(entries(definition.tools).flatMap(([, rule]) => scopesIn(rule)));
    const onlyByEndpoint = ["org:read", "projects:read", "projects:write"];
    expect([...used, ...onlyByEndpoint].sort()).toEqual(seed.scopes.map(({ name }) => name).sort());
  });
});
