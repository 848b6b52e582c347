import { policyJsonSchema } from "scope-policy";
import { describe, expect, it } from "vitest";
import { optionDocblocks } from "../../scripts/option-descriptions.mjs";
import { compilePolicy } from "../../src/policy/compile.js";
import { jsonSchemaOf } from "../../src/policy/json-schema.js";
import { OPTION_DESCRIPTIONS } from "../../src/policy/option-descriptions.js";

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
}

/** Returns all objects in a schema that have properties, each with its place. */
function objectsIn(value: unknown, place: string): readonly (readonly [string, Node])[] {
  if (typeof value !== "object" || value === null) return [];
  const within = Object.entries(value).flatMap(([key, inner]) =>
    objectsIn(inner, `${place}/${key}`),
  );
  return "properties" in value && typeof value.properties === "object" && "type" in value
    ? [[place, value as Node], ...within]
    : within;
}

describe("the descriptions in the JSON Schema", () => {
  it("are the docblocks of the definition: if not, run scripts/option-descriptions.mjs", () => {
    expect(OPTION_DESCRIPTIONS).toEqual(optionDocblocks());
  });

  it.each(objectsIn(policyJsonSchema(), "#"))("describe every option of %s", (_place, node) => {
    for (const [name, option] of Object.entries(node.properties ?? {})) {
      expect([name, option.description]).toEqual([name, expect.stringMatching(/^[A-Z].+\.$/)]);
    }
  });

  it("belong to policies, scopes, texts, requirements, branches, cases, operations, audit options, boundaries, bundles, translations and accepted findings", () => {
    expect(objectsIn(policyJsonSchema(), "#")).toHaveLength(12);
  });
});

describe("the JSON Schema of one policy", () => {
  const base = { name: "P", version: "1" };
  /** Returns whether a definition is the text of a declared name. */
  const isName = (id: string) => id.endsWith("Name") || id.includes("Without");
  const definitionsOf = (parts: object) =>
    jsonSchemaOf(compilePolicy({ ...base, ...parts }))["$defs"] as object;

  it("lists what the policy declares", () => {
    const definitions = definitionsOf({
      scopes: { read: { replaces: ["r"] }, "/a/<id>/x": "Open" },
      tiers: ["free", "pro"],
      accountTypes: ["mentor"],
      entitlements: ["exports"],
      boundaries: { project: { claim: "projects" } },
    });
    const namesOf = (...names: string[]) => ({ type: "string", enum: names });
    expect(definitions).toMatchObject({
      ScopeName: namesOf("read", "/a/<id>/x", "/a/{id}/x"),
      ScopeNameWithoutPlaceholder: namesOf("read"),
      TierName: namesOf("free", "pro"),
      AccountTypeName: namesOf("mentor"),
      EntitlementName: namesOf("exports"),
      BoundaryName: namesOf("project"),
    });
  });

  it("is that of every policy for what the policy does not declare", () => {
    expect(definitionsOf({ scopes: {} })).toEqual(policyJsonSchema()["$defs"]);
    const all = policyJsonSchema()["$defs"] as Readonly<Record<string, object>>;
    const named = Object.keys(all).filter(isName);
    expect(named.sort()).toEqual([
      "AccountTypeName",
      "BoundaryName",
      "EntitlementName",
      "ScopeName",
      "ScopeNameWithoutPlaceholder",
      "TierName",
    ]);
  });

  it("has a title, and a description of each part", () => {
    const schema = policyJsonSchema();
    expect(schema["title"]).toBe("scope-policy: a policy");
    const all = schema["$defs"] as Readonly<Record<string, { description?: string }>>;
    const described = Object.entries(all).flatMap(([id, { description }]) =>
      isName(id) || id.startsWith("__") ? [] : [[id, description]],
    );
    expect(described.sort()).toEqual([
      ["AcceptedFinding", "A finding of lint that is accepted."],
      ["Boundary", "Values that a token is limited to."],
      ["Branch", "A requirement, or deny."],
      ["Case", "A requirement, or deny, for some arguments."],
      ["Operation", "A requirement, or one of cases, deny, public and authenticated; with texts."],
      ["Requirement", "Exactly one of scope, allOf and anyOf, with conditions."],
      ["Scope", "One scope: texts, defaults and conditions."],
    ]);
  });
});
