import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { folderOf, run, runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const FILES = { "p.json": SMALL_JSON };
const OPENAPI = ["export", "p.json", "--to", "openapi"];
const CEDAR = ["export", "p.json", "--to", "cedar"];
const KEYCLOAK = ["export", "p.json", "--to", "keycloak"];

interface UsageRow {
  readonly title: string;
  readonly argv: readonly string[];
  readonly message: string;
}

const USAGE: readonly UsageRow[] = [
  {
    title: "no format",
    argv: ["export", "p.json"],
    message: "required option '--to <format>' not specified",
  },
  {
    title: "an unknown format",
    argv: ["export", "p.json", "--to", "opa"],
    message: "argument 'opa' is invalid",
  },
  {
    title: "a tier without --for",
    argv: [...OPENAPI, "--tier", "pro"],
    message: "--tier describes a caller: add --for with its scopes",
  },
  {
    title: "an account type without --for",
    argv: [...OPENAPI, "--account-type", "buyer"],
    message: "--account-type describes a caller: add --for with its scopes",
  },
  {
    title: "--no-token with --for",
    argv: [...OPENAPI, "--no-token", "--for", "orders:read"],
    message:
      "--no-token cannot be combined with --for, --tier, --account-type, --entitlement, --acr or --auth-age",
  },
  {
    title: "an unknown tier",
    argv: [...OPENAPI, "--for", "", "--tier", "gold"],
    message: "unknown tier `gold`; ",
  },
  {
    title: "a malformed scope",
    argv: [...OPENAPI, "--for", 'orders:read "x"'],
    message: "--for: ",
  },
  {
    title: "a scope with a placeholder",
    argv: [...OPENAPI, "--for", "/accounts/{id}/"],
    message: "--for: `/accounts/{id}/` is a template: replace the braces with a value",
  },
  {
    title: "an address that is not a URL",
    argv: [...OPENAPI, "--token-url", "auth.example.com"],
    message:
      "--token-url `auth.example.com`: expected a URL such as https://auth.example.com/token",
  },
  {
    title: "an address of another scheme",
    argv: [...OPENAPI, "--authorization-url", "javascript:alert(1)"],
    message: "--authorization-url `javascript:alert(1)`: expected a URL",
  },
  {
    title: "an option of another format",
    argv: [...CEDAR, "--realm", "shop"],
    message: "--realm is not an option of --to cedar",
  },
  {
    title: "an unknown form of the scope claim",
    argv: [...CEDAR, "--scope-claim", "list"],
    message: "--scope-claim `list`: expected text or set",
  },
  {
    title: "a caller for a format of whole policies",
    argv: [...KEYCLOAK, "--for", "orders:read"],
    message: "--for is not an option of --to keycloak, which exports the whole policy",
  },
  {
    title: "a caller without a token for a format of whole policies",
    argv: [...CEDAR, "--no-token"],
    message: "--no-token is not an option of --to cedar, which exports the whole policy",
  },
  {
    title: "a folder that does not exist",
    argv: [...OPENAPI, "--out", "no/such.json"],
    message: "cannot write `no/such.json`: ",
  },
];

describe("export", () => {
  it.each(titled(USAGE))("rejects %s in one line, with exit code 2", async (_, row) => {
    const { code, out, err } = await runIn(FILES, row.argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.split("\n")[0]).toContain(row.message);
  });

  it("writes the document to standard output and what it cannot express to standard error", async () => {
    const { code, out, err } = await runIn(FILES, OPENAPI);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ openapi: "3.1.0", info: { title: "Shop" } });
    expect(err.split("\n").map((line) => line.replace(/:.*/, ""))).toEqual([
      "note  tools",
      "note  placeholders",
      "note  not for publication",
      "note  addresses",
      "",
    ]);
    expect(err).toContain("contains `list_orders`, `get_stock`, `restock` and 12 more\n");
  });

  it("writes a file, and reports it", async () => {
    const cwd = folderOf(FILES);
    const argv = [...OPENAPI, "--token-url", "https://a.example/t", "--out", "o.json"];
    expect(await run(argv, { cwd })).toMatchObject({ code: 0, out: "wrote o.json\n" });
    expect(JSON.parse(readFileSync(join(cwd, "o.json"), "utf8"))).toMatchObject({
      components: {
        securitySchemes: {
          oauth2: { flows: { clientCredentials: { tokenUrl: "https://a.example/t" } } },
        },
      },
    });
  });

  it("writes the given addresses, and a placeholder for a missing one", async () => {
    const one = [...OPENAPI, "--authorization-url", "https://a.example/a"];
    const both = [...one, "--token-url", "https://a.example/t"];
    const half = await runIn(FILES, one);
    expect(half.out).toContain('"tokenUrl": "https://authorization-server.invalid/token"');
    expect(half.err).toContain("; give --token-url\n");
    const whole = await runIn(FILES, both);
    expect(whole.out + whole.err).not.toContain("invalid/");
    expect(whole.err).not.toContain("addresses");
  });

  it("asks for no address where the document has no security scheme", async () => {
    const { out, err } = await runIn(FILES, [...OPENAPI, "--no-token"]);
    expect(out).not.toContain("securitySchemes");
    expect(err).not.toContain("addresses");
  });

  it("with --json prints the files or their paths, and what the format cannot express", async () => {
    const cwd = folderOf(FILES);
    const printed = await run([...OPENAPI, "--json"], { cwd });
    const data = JSON.parse(printed.out) as { files: { name: string; text: string }[] };
    expect(printed.err).toBe("");
    expect(data).toMatchObject({ ok: true, to: "openapi", files: [{ name: "openapi.json" }] });
    expect(data).toHaveProperty("cannotSay.0", expect.stringContaining("tools: "));
    expect(JSON.parse(data.files[0]?.text ?? "")).toHaveProperty("paths");
    const written = await run([...OPENAPI, "--json", "--out", "o.yml"], { cwd });
    expect(JSON.parse(written.out)).toMatchObject({ ok: true, to: "openapi", written: ["o.yml"] });
    expect(existsSync(join(cwd, "o.yml"))).toBe(true);
  });

  it("for a caller notes each scope that grants nothing", async () => {
    const argv = [...OPENAPI, "--for", "orders:raed root purchases:read"];
    const { code, out, err } = await runIn(FILES, argv);
    expect(code).toBe(0);
    expect(Object.keys((JSON.parse(out) as { paths: object }).paths)).toEqual(["/orders", "/me"]);
    expect(err).toContain(
      "note  `orders:raed`: unknown to this policy: grants nothing; did you mean orders:read?\n",
    );
    expect(err).toContain("note  `root`: reserved: has no effect");
    expect(err).not.toContain("purchases:read");
  });

  it("without a token has no endpoint of the small policy", async () => {
    const { out } = await runIn(FILES, [...OPENAPI, "--no-token"]);
    expect(JSON.parse(out)).toMatchObject({ paths: {} });
  });

  it("writes the files of an export into the folder of --out, which it creates", async () => {
    const cwd = folderOf(FILES);
    const { code, out, err } = await run([...CEDAR, "--out", "a/b"], { cwd });
    expect({ code, out }).toEqual({
      code: 0,
      out: "wrote a/b/schema.cedarschema\nwrote a/b/policies.cedar\n",
    });
    expect(err).toContain("note  `transfer`: ");
    expect(readFileSync(join(cwd, "a/b/policies.cedar"), "utf8")).toContain('@id("list_orders")');
    const inFile = await run([...CEDAR, "--out", "p.json"], { cwd });
    expect(inFile).toMatchObject({ code: 2, out: "" });
    expect(inFile.err).toContain("cannot create the folder `p.json`: ");
  });

  it("does not replace the policy", async () => {
    const cwd = folderOf(FILES);
    const refused = await run([...OPENAPI, "--out", "./p.json"], { cwd });
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("--out `./p.json` is the policy itself: choose another file");
    expect(readFileSync(join(cwd, "p.json"), "utf8")).toBe(SMALL_JSON);
  });

  it("prints several files below headings, and one file alone", async () => {
    const { out } = await runIn(FILES, CEDAR);
    const [before, schema, policies] = out.split(/^==> .* <==$/m);
    expect(before).toBe("");
    expect(schema).toContain('action "list_orders"');
    expect(policies).toContain('@id("list_orders")');
    const realm = await runIn(FILES, [...KEYCLOAK, "--realm", "shop"]);
    expect(JSON.parse(realm.out)).toMatchObject({
      realm: "shop",
      clientScopes: [{ name: "orders:read" }, {}, {}, {}, {}, {}, {}],
    });
  });

  it.each(
    titled([
      { title: "cedar", argv: CEDAR, names: ["schema.cedarschema", "policies.cedar"] },
      { title: "keycloak", argv: KEYCLOAK, names: ["realm.json"] },
    ]),
  )("with --json prints every file of %s", async (_, { title, argv, names }) => {
    const { out, err } = await runIn(FILES, [...argv, "--json"]);
    const data = JSON.parse(out) as { files: { name: string }[]; cannotSay: string[] };
    expect({ err, names: data.files.map(({ name }) => name) }).toEqual({ err: "", names });
    expect(data).toMatchObject({ ok: true, to: title });
    expect(data.cannotSay.length).toBeGreaterThan(2);
  });

  it("reports the findings of a policy, with exit code 1", async () => {
    const { code, out, err } = await runIn({ "p.json": "{}" }, OPENAPI);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("error");
  });
});
