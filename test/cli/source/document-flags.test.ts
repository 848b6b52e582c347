import { describe, expect, it } from "vitest";
import { folderOf, run } from "../run.js";

const OAUTH = {
  type: "oauth2",
  flows: {
    clientCredentials: {
      tokenUrl: "https://as.example.com/token",
      scopes: { orders: "Everything on orders", "orders.read": "Read orders" },
    },
  },
};

/** A document whose path item and schema are in another folder, with a list that names a scope and its narrower one. */
const FILES = {
  "api/openapi.json": JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Shop", version: "1" },
    paths: { "/orders": { $ref: "../shared/orders.json" } },
    components: {
      securitySchemes: { oauth: OAUTH },
      schemas: { Order: { $ref: "#/components/schemas/Gone" } },
    },
  }),
  "shared/orders.json": JSON.stringify({
    get: { security: [{ oauth: ["orders", "orders.read"] }], responses: {} },
  }),
  "shop.json": JSON.stringify({
    name: "Shop",
    version: "1",
    scopes: { orders: { implies: ["orders.read"] }, "orders.read": "" },
    endpoints: { "GET /orders": { anyOf: ["orders", "orders.read"] } },
  }),
};

const DOCUMENT = "api/openapi.json";
const FLAGS = ["--list-means", "or", "--root", ".", "--add-implies"];

/** The commands that read a document, with the exit code for one that reads files outside of its folder. */
const READERS: readonly (readonly [title: string, argv: readonly string[], refusal: number])[] = [
  ["import openapi", ["import", "openapi", DOCUMENT], 1],
  ["init --from", ["init", "--from", `openapi:${DOCUMENT}`], 1],
  ["check --against", ["check", "shop.json", "--against", DOCUMENT], 2],
];

describe.each(READERS)("%s", (_title, argv, refusal) => {
  it("reads files in a larger folder only with --root", async () => {
    const cwd = folderOf(FILES);
    const refused = await run([...argv, "--list-means", "or"], { cwd });
    expect(refused).toMatchObject({ code: refusal, out: "" });
    expect(refused.err).toContain("--root DIR reads files in a larger folder");
    expect(await run([...argv, "--root", "shared"], { cwd })).toEqual({
      code: 2,
      out: "",
      err: `error: \`${DOCUMENT}\` is not in \`shared\`\n`,
    });
    expect(await run([...argv, ...FLAGS], { cwd })).toMatchObject({ code: 0 });
  });
});

describe("the policy of import and init", () => {
  it("has implied scopes with --add-implies, and the same report", async () => {
    const cwd = folderOf(FILES);
    const imported = await run(["import", "openapi", DOCUMENT, ...FLAGS, "--json"], { cwd });
    const begun = await run(["init", "--from", DOCUMENT, ...FLAGS, "--json"], { cwd });
    const { policy, report } = JSON.parse(imported.out) as Readonly<Record<string, object>>;
    expect(policy).toMatchObject({ scopes: { orders: { implies: ["orders.read"] } } });
    expect(JSON.parse(begun.out)).toMatchObject({ ok: true, report });
    const text = await run(["import", "openapi", DOCUMENT, ...FLAGS], { cwd });
    expect(JSON.parse(text.out)).toEqual(policy);
  });

  it("comes with the harmless faults of the document, such as a schema that refers to nothing", async () => {
    const cwd = folderOf(FILES);
    const note = {
      subject: expect.stringMatching(/^openapi\.json:\d+:\d+$/) as string,
      code: "unresolved_reference",
      message: expect.stringContaining("#/components/schemas/Gone") as string,
    };
    for (const argv of [
      ["import", "openapi", DOCUMENT],
      ["init", "--from", DOCUMENT],
    ]) {
      const { code, out } = await run([...argv, ...FLAGS, "--json"], { cwd });
      expect(code).toBe(0);
      const { report } = JSON.parse(out) as { readonly report: { readonly notes: object[] } };
      expect(report.notes).toContainEqual(note);
    }
    const { err } = await run(["import", "openapi", DOCUMENT, ...FLAGS], { cwd });
    expect(err).toMatch(
      /\nunresolved_reference\n {2}openapi\.json:\d+:\d+: .*#\/components\/schemas\/Gone/,
    );
  });

  it("is printed with the findings that remain in it, with exit code 1", async () => {
    const openapi = { openapi: "3.1.0", info: {}, paths: {}, "x-scope-policy": { tiers: 3 } };
    const cwd = folderOf({ "api.json": JSON.stringify(openapi), "shop.json": FILES["shop.json"] });
    const text = await run(["import", "openapi", "api.json"], { cwd });
    expect(text.code).toBe(1);
    expect(JSON.parse(text.out)).toMatchObject({ tiers: 3 });
    expect(text.err).toMatch(/\nerror {2}tiers: /);
    const data = await run(["import", "openapi", "api.json", "--json"], { cwd });
    expect(data).toMatchObject({ code: 1, err: "" });
    expect(JSON.parse(data.out)).toMatchObject({ ok: false, findings: [{ path: "tiers" }] });
    const checked = await run(["check", "shop.json", "--against", "api.json"], { cwd });
    expect(checked).toMatchObject({ code: 2, out: "" });
    expect(checked.err).toMatch(/^error: the rules of api\.json are not a policy: tiers: .+\n$/);
  });
});

describe("check --against", () => {
  it.each([
    ["--add-implies", ["--add-implies"]],
    ["--root", ["--root", "."]],
    ["--token", ["--token", "secret"]],
    ["--fingerprints", ["--fingerprints", "f.json"]],
    ["--update", ["--update"]],
    ["--format", ["--format", "markdown"]],
  ])("is required by %s", async (flag, argv) => {
    const { code, err } = await run(["check", "shop.json", ...argv], { cwd: folderOf(FILES) });
    expect({ code, err }).toEqual({ code: 2, err: `error: ${flag} requires --against\n` });
  });

  it("counts the findings of a document after the first", async () => {
    const paths = { "/a": { $ref: "#/x" }, "/b": { $ref: "#/y" }, "/c": { $ref: "#/z" } };
    const files = {
      "api.json": JSON.stringify({ openapi: "3.1.0", info: {}, paths }),
      "shop.json": FILES["shop.json"],
    };
    const cwd = folderOf(files);
    const { code, err } = await run(["check", "shop.json", "--against", "api.json"], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(
      /^error: cannot use `api\.json`: api\.json:1:\d+: .*#\/x.* \(and 2 more\)\n$/,
    );
  });
});
