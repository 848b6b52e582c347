import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { bundleScopes, bundlesOf } from "../../src/policy/bundles.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import type { BundleDefinition } from "../../src/policy/definition.js";
import { titled } from "../titled.js";

const compiled = compiledPolicyOf(
  loadPolicy({
    name: "Shop",
    version: "1",
    scopes: {
      "orders:read": "",
      "orders:write": "",
      "/stores/{id}": "",
      "admin:all": { reserved: true },
    },
    bundles: { reader: ["orders:read"] },
  }),
);

const rows: readonly {
  readonly title: string;
  readonly bundle: BundleDefinition;
  readonly members: readonly string[];
  readonly except?: readonly string[];
}[] = [
  {
    title: "a list in its own order",
    bundle: ["/stores/{id}", "orders:write", "orders:read"],
    members: ["/stores/{id}", "orders:write", "orders:read"],
  },
  {
    title: "a template in its other spelling",
    bundle: ["/stores/<id>"],
    members: ["/stores/{id}"],
  },
  { title: "a reserved scope that is listed", bundle: ["admin:all"], members: ["admin:all"] },
  {
    title: "every scope, in the order of the policy, without reserved ones",
    bundle: { every: true },
    members: ["orders:read", "orders:write", "/stores/{id}"],
    except: [],
  },
  {
    title: "every scope except some",
    bundle: { every: true, except: ["orders:write", "/stores/<id>"] },
    members: ["orders:read"],
    except: ["orders:write", "/stores/{id}"],
  },
];

describe("the members of a bundle", () => {
  it.each(titled(rows))("are %s", (_title, row) => {
    const definition = { ...compiled.definition, bundles: { row: row.bundle } };
    const { members, except } = bundlesOf({ ...compiled, definition }).get("row") ?? {};
    expect(members?.map(({ name }) => name)).toEqual(row.members);
    expect(except).toEqual(row.except);
  });

  it("are found by the name of the bundle", () => {
    expect(bundleScopes(compiled, "reader").map(({ name }) => name)).toEqual(["orders:read"]);
    expect(() => bundleScopes(compiled, "raeder")).toThrow("did you mean `reader`?");
    expect(() => bundleScopes(compiled, "constructor")).toThrow("no bundle `constructor`");
  });
});
