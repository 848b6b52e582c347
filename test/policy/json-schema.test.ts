import { policyJsonSchema } from "scope-policy";
import { describe, expect, it } from "vitest";
import { optionDocblocks } from "../../scripts/option-descriptions.mjs";
import { compilePolicy } from "../../src/policy/compile.js";
import { jsonSchemaOf } from "../../src/policy/json-schema.js";
import { LINT_CODES } from "../../src/policy/lint-codes.js";
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

interface Choice {
  readonly anyOf: readonly { readonly type?: string }[];
  readonly if?: unknown;
  readonly else?: { readonly type?: string; readonly $ref?: string };
}

/** Returns all choices between values in a schema, each with its place. */
function choicesIn(value: unknown, place: string): readonly (readonly [string, Choice])[] {
  if (typeof value !== "object" || value === null) return [];
  const within = Object.entries(value).flatMap(([key, inner]) =>
    choicesIn(inner, `${place}/${key}`),
  );
  return "anyOf" in value && Array.isArray(value.anyOf)
    ? [[place, value as Choice], ...within]
    : within;
}

describe("the choices in the JSON Schema", () => {
  const schema = policyJsonSchema();
  const definitions = schema["$defs"] as Readonly<Record<string, { readonly type?: string }>>;
  const isOfCase = (place: string) => place.includes("/when/");
  const [ofCase = [], others = []] = [true, false].map((wanted) =>
    choicesIn(schema, "#").filter(([place]) => isOfCase(place) === wanted),
  );

  it.each(others)(
    "lead an editor to the object or the list by the type of the value: %s",
    (_place, { anyOf, if: condition, else: meant }) => {
      const named = definitions[meant?.$ref?.replace("#/$defs/", "") ?? ""];
      const type = { type: named?.type ?? meant?.type };
      expect([{ type: "object" }, { type: "array" }]).toContainEqual(type);
      expect(anyOf).toEqual([expect.anything(), type]);
      expect(condition).toEqual({ not: type });
    },
  );

  it("are those of an object or a list, and those of the value of an argument", () => {
    expect(others).toHaveLength(12);
    const scalars = ["string", "number", "boolean", "null"];
    expect(ofCase.map(([, { anyOf }]) => anyOf.map(({ type }) => type))).toEqual([
      [...scalars, "array"],
    ]);
    expect(ofCase.filter(([, choice]) => "if" in choice || "else" in choice)).toEqual([]);
  });

  it("have every code of lint for an accepted finding", () => {
    const accepted = definitions["AcceptedFinding"] as Node;
    expect(accepted.properties?.["code"]).toMatchObject({ type: "string", enum: LINT_CODES });
    expect(LINT_CODES).toContain("unused_scope");
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
