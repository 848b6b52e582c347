import { describe, expect, it } from "vitest";
import { runIn } from "../cli/run.js";
import { titled } from "../titled.js";
import { DEFINITION } from "./shop.js";

const FILES = { "policy.json": JSON.stringify(DEFINITION) };
const INTERNAL = ["query.write", "internal_*", "/jobs/secret"];

const explain = async (...argv: readonly string[]) => {
  const { out, err } = await runIn(FILES, ["explain", "policy.json", ...argv]);
  return (out + err).replaceAll(/\s+/g, " ");
};

const EXPLAINED: readonly (readonly [title: string, argv: readonly string[], says: string])[] = [
  [
    "a missing entitlement",
    ["fleet_map", "--scope", "fleet:read"],
    "NO: fleet_map requires the fleet entitlement: upgrade required. The token names no entitlement.",
  ],
  [
    "the entitlements of the account",
    ["fleet_map", "--scope", "fleet:read", "--entitlement", "beta"],
    "The token's entitlements are beta.",
  ],
  [
    "the upgrade that adds an entitlement",
    ["fleet_map", "--scope", "fleet:read"],
    "an upgrade that adds the fleet entitlement",
  ],
  [
    "several account types",
    [
      "person_and_firm",
      "--scope",
      "fleet:read firm:read",
      "--account-type",
      "firm",
      "--account-type",
      "person",
    ],
    "YES: person_and_firm is allowed.",
  ],
  [
    "the enrichments",
    ["get_user", "--scope", "users:read users:read.phone"],
    "it contains users:read, and users:read.phone for additional detail",
  ],
  [
    "another authentication",
    ["pay", "--scope", "payments:write", "--acr", "pwd"],
    "user authenticated with mfa or phr, user authenticated in the last 300 seconds. The token's authentication context class is pwd.",
  ],
  [
    "the authentication that would be enough",
    ["pay", "--scope", "payments:write"],
    "signing in again: user authenticated with mfa or phr",
  ],
  [
    "a recent authentication",
    ["pay", "--scope", "payments:write", "--acr", "mfa", "--auth-age", "10"],
    "YES: pay is allowed.",
  ],
  [
    "an internal operation",
    ["query.write", "--scope", "database:write"],
    "It is internal: gates do not know it, only `decide`, `authorize` and `operation` do.",
  ],
  ["an unknown entitlement", ["fleet_map", "--entitlement", "flet"], "unknown entitlement `flet`"],
  ["an invalid age", ["pay", "--auth-age", "soon"], "--auth-age `soon`: expected seconds"],
];

describe("the command explain", () => {
  it.each(titled(EXPLAINED, ([title]) => title))("reports %s", async (_title, [, argv, says]) => {
    expect(await explain(...argv)).toContain(says);
  });
});

describe("the other commands", () => {
  const outputOf = async (...argv: readonly string[]) => {
    const { out, code } = await runIn(FILES, argv);
    expect(code).toBe(0);
    return out;
  };

  it("print the conditions of each operation in the matrix, and nothing internal", async () => {
    for (const argv of [["--json"], ["--format", "html"], []]) {
      const out = await outputOf("matrix", "policy.json", ...argv);
      for (const name of INTERNAL) expect(out).not.toContain(name);
    }
    const { tools } = JSON.parse(await outputOf("matrix", "policy.json", "--json")) as {
      readonly tools: readonly {
        readonly name: string;
        readonly gates: readonly string[];
        readonly cells: readonly {
          readonly scope: string;
          readonly mark: string;
          readonly alone: boolean;
        }[];
      }[];
    };
    const row = (tool: string) => tools.find(({ name }) => name === tool);
    expect(row("fleet_map")?.gates).toEqual(["fleet entitlement"]);
    expect(row("pay")?.gates).toEqual([
      "user authenticated with mfa or phr",
      "user authenticated in the last 300 seconds",
    ]);
    expect(row("pay")?.cells).toEqual([{ scope: "payments:write", mark: "all", alone: true }]);
    expect(row("get_user")?.cells.map(({ scope, mark }) => `${scope} ${mark}`)).toEqual([
      "users:read all",
      "users:read.phone more",
      "users:read.mail more",
    ]);
  });

  it("document conditions and enrichments, and nothing internal", async () => {
    const out = await outputOf("docs", "policy.json");
    for (const name of INTERNAL) expect(out).not.toContain(name);
    expect(out).toContain("Entitlements, which are independent of tiers: fleet, beta.");
    expect(out).toContain("fleet entitlement");
    expect(out).toContain("`users:read.phone` adds detail");
    expect(out).toContain("user authenticated in the last 300 seconds");
  });

  it("list the entitlements in the JSON Schema of the policy", async () => {
    const schema = JSON.parse(await outputOf("schema", "policy.json")) as {
      readonly $defs: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
    };
    expect(schema.$defs["EntitlementName"]?.enum).toEqual(["fleet", "beta"]);
  });
});
