import { describe, expect, it } from "vitest";
import { runIn } from "../cli/run.js";
import { titled } from "../titled.js";
import { DEFINITION } from "./hosting.js";

const FILES = { "policy.json": JSON.stringify(DEFINITION) };

const outputOf = async (...argv: readonly string[]) => {
  const { out, err } = await runIn(FILES, argv);
  return (out + err).replaceAll(/\s+/g, " ");
};

const CALL = ["list_keys", "--scope", "openid keys:read", "--param", "projectId=p2"];

const EXPLAINED: readonly (readonly [title: string, argv: readonly string[], text: string])[] = [
  [
    "a value outside of the boundary",
    [...CALL, "--boundary", "project=p1"],
    "Requested: `p2`. For the boundary project the token has `p1`.",
  ],
  ["a token without values", CALL, "The token has no value for the boundary project."],
  ["the token that would be enough", CALL, "a token bound to projectId `p2`"],
  ["a value of the boundary", [...CALL, "--boundary", "project=p2"], "YES: list_keys is allowed."],
  ["the values in the token", [...CALL, "--boundary", "project=p2"], "project: p2"],
  ["an unknown boundary", [...CALL, "--boundary", "projet=p2"], "unknown boundary `projet`"],
  ["an option without a value", [...CALL, "--boundary", "p2"], "expected name=value"],
];

describe("the command explain", () => {
  it.each(titled(EXPLAINED, ([title]) => title))("reports %s", async (_title, [, argv, text]) => {
    expect(await outputOf("explain", "policy.json", ...argv)).toContain(text);
  });
});

describe("the other commands", () => {
  it("print the boundary of each operation in the matrix, with what a scope opens", async () => {
    const { out } = await runIn(FILES, ["matrix", "policy.json", "--json"]);
    const { tools } = JSON.parse(out) as {
      readonly tools: readonly { readonly name: string; readonly gates: readonly string[] }[];
    };
    expect(tools.find(({ name }) => name === "list_keys")).toMatchObject({
      gates: ["projectId within the token's project values"],
      cells: [
        { scope: "openid", mark: "all", alone: false },
        { scope: "keys:read", mark: "all", alone: true },
      ],
    });
    expect(tools.find(({ name }) => name === "list_nodes")?.gates).toEqual([
      "regionId within the token's region values, if it names any",
    ]);
  });

  it("document each boundary, and the parameter of each operation", async () => {
    const text = await outputOf("docs", "policy.json");
    expect(text).toContain("## Boundaries");
    expect(text).toContain("| `project` | Projects | `projects` | no value |");
    expect(text).toContain("| `region` | region | `regions` | every value |");
    expect(text).toContain("projectId within the token's project values");
  });

  it("list the boundaries in the JSON Schema of the policy", async () => {
    const { out } = await runIn(FILES, ["schema", "policy.json"]);
    const { $defs } = JSON.parse(out) as {
      readonly $defs: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
    };
    expect($defs["BoundaryName"]?.enum).toEqual(["project", "region"]);
    expect(JSON.stringify($defs["Operation"])).toContain(
      '"propertyNames":{"$ref":"#/$defs/BoundaryName"}',
    );
  });
});
