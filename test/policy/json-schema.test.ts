import { policyJsonSchema } from "scope-policy";
import { describe, expect, it } from "vitest";
import { optionDocblocks } from "../../scripts/option-descriptions.mjs";
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
