import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { titled } from "../titled.js";
import { folderOf, run, runIn } from "./run.js";

const OPERATION = {
  list: { summary: "List orders", security: [{ oauth: ["orders:read"] }], responses: {} },
  cancel: { summary: "Cancel", security: [{ oauth: ["orders:write"] }], responses: {} },
};

const documentWith = (paths: object) => ({
  openapi: "3.1.0",
  info: { title: "Shop", version: "1" },
  paths,
  components: {
    securitySchemes: {
      oauth: {
        type: "oauth2",
        flows: {
          clientCredentials: {
            tokenUrl: "https://as.example.com/token",
            scopes: { "orders:read": "", "orders:write": "" },
          },
        },
      },
    },
  },
});

const PATHS = {
  "/orders": { get: OPERATION.list },
  "/orders/{id}": { delete: OPERATION.cancel },
};

const DOCUMENT = JSON.stringify(documentWith(PATHS));

const POLICY = JSON.stringify({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "", "orders:write": "" },
  endpoints: { "GET /orders": "orders:read", "DELETE /orders/:orderId": "orders:write" },
  tools: { another: "orders:read" },
});

const FILE = "shop.fingerprints.json";
const HEAD = "shop.json and openapi:openapi.json";

/** Checks the policy against a document with other paths, after fingerprints of the first document were kept. */
async function checkAfter(paths: object, ...argv: readonly string[]) {
  const first = folderOf({ "shop.json": POLICY, "openapi.json": DOCUMENT });
  const check = ["check", "shop.json", "--against", "openapi.json"];
  const kept = await run([...check, "--update"], { cwd: first });
  expect(kept).toEqual({
    code: 0,
    out: `ok  ${HEAD}: 2 endpoints agree\nwrote ${FILE}: 2 endpoints as reviewed\n`,
    err: "",
  });
  const files = {
    "shop.json": POLICY,
    "openapi.json": JSON.stringify(documentWith(paths)),
    [FILE]: readFileSync(join(first, FILE)),
  };
  return runIn(files, [...check, ...argv]);
}

const ROWS = [
  {
    title: "the document as it was",
    paths: PATHS,
    code: 0,
    out: `ok  ${HEAD}: 2 endpoints agree\n`,
  },
  {
    title: "an operation that was removed",
    paths: { "/orders": { get: OPERATION.list } },
    code: 4,
    out: `drift  ${HEAD}: 1 gone\n  gone      DELETE /orders/:orderId  not in the document\n`,
  },
  {
    title: "an operation that was added",
    paths: { ...PATHS, "/refunds": { post: { ...OPERATION.cancel, summary: "Refund" } } },
    code: 4,
    out: `drift  ${HEAD}: 1 unmapped\n  unmapped  POST /refunds  not in the policy: gates deny it\n`,
  },
  {
    title: "an operation whose path has changed",
    paths: { "/orders": { get: OPERATION.list }, "/order/{id}": { delete: OPERATION.cancel } },
    code: 4,
    out: `drift  ${HEAD}: 1 renamed\n  renamed   DELETE /orders/:orderId  is now \`DELETE /order/{id}\`, with the same fingerprint\n`,
  },
  {
    title: "an operation whose security has changed",
    paths: {
      ...PATHS,
      "/orders": { get: { ...OPERATION.list, security: [{ oauth: ["orders:write"] }, {}] } },
    },
    code: 4,
    out: `drift  ${HEAD}: 1 changed
  changed   GET /orders  \`security\` changed; the document asks for no token, the policy for \`orders:read\`
after a review, --update keeps the new fingerprints in ${FILE}
`,
  },
  {
    title: "an operation whose summary has changed, and one without security",
    paths: {
      "/orders": { get: { ...OPERATION.list, summary: "All orders" } },
      "/orders/{id}": { delete: { summary: "Cancel", responses: {} } },
    },
    code: 4,
    out: `drift  ${HEAD}: 2 changed
  changed   DELETE /orders/{id}  \`security\` changed
  changed   GET /orders  \`summary\` changed
the document has no rule to compare for \`DELETE /orders/{id}\`
after a review, --update keeps the new fingerprints in ${FILE}
`,
  },
];

describe("check --against a document", () => {
  it.each(titled(ROWS))("compares with %s", async (_, { paths, code, out }) => {
    expect(await checkAfter(paths)).toEqual({ code, out, err: "" });
  });

  it("reports a different rule without fingerprints, and fails with --update", async () => {
    const paths = {
      ...PATHS,
      "/orders": { get: { ...OPERATION.list, security: [{ oauth: [] }] } },
    };
    const files = { "shop.json": POLICY, "openapi.json": JSON.stringify(documentWith(paths)) };
    const line =
      "  changed   GET /orders  the document asks for any token, the policy for `orders:read`\n";
    for (const more of [[], ["--update"]]) {
      const check = ["check", "shop.json", "--against", "openapi:openapi.json", ...more];
      const { code, out } = await runIn(files, check);
      expect(code).toBe(4);
      expect(out).toContain(line);
    }
  });

  it("prints everything as data with --json", async () => {
    const { code, out } = await checkAfter(
      {
        "/orders": { get: { ...OPERATION.list, security: [] } },
        "/order/{id}": { delete: OPERATION.cancel },
        "/refunds": { post: OPERATION.list },
      },
      "--json",
    );
    expect(code).toBe(4);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      file: "shop.json",
      source: "openapi:openapi.json",
      kind: "endpoint",
      count: 3,
      withoutRule: [],
      repeated: [],
      fingerprints: { file: FILE, state: "kept" },
      gone: [],
      unmapped: [{ name: "POST /refunds", isInternal: false, isUnnameable: false }],
      changed: [
        {
          name: "GET /orders",
          members: ["security"],
          isNew: false,
          rule: { policy: "orders:read", source: "no token" },
        },
      ],
      renamed: [{ from: "DELETE /orders/:orderId", to: "DELETE /order/{id}" }],
    });
  });

  it("reads a document from a URL, with the options that it needs", async () => {
    const paths = {
      "/orders": { get: { ...OPERATION.list, security: [{ oauth: ["orders:read", "none"] }] } },
      "/orders/{id}": { delete: OPERATION.cancel },
    };
    const server = createServer((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(documentWith(paths)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const policy = POLICY.replaceAll(" /orders", " /v1/orders");
    const check = ["check", "shop.json", "--against", `http://127.0.0.1:${port}/openapi.json`];
    const options = ["--no-scope-word", "none", "--no-scope-word", "no", "--base-path", "/v1"];
    expect(
      await runIn({ "shop.json": policy }, [...check, ...options, "--list-means", "or"]),
    ).toEqual({
      code: 0,
      out: `ok  shop.json and openapi:http://127.0.0.1:${port}/openapi.json: 2 endpoints agree
no fingerprints are kept: --update writes ${FILE}, and later checks report what has changed
`,
      err: "",
    });
  });
});

const OWN = "before each endpoint that is gone: repeat the `--base-path` with which you read it\n";
const OTHER_BASES = [
  { title: "a path more", base: "/v1", paths: PATHS, hint: `the document has \`/v1\` ${OWN}` },
  {
    title: "a path less",
    paths: { "/": { get: OPERATION.list }, "/{id}": { delete: OPERATION.cancel } },
    hint: `the document does not have \`/orders\` ${OWN}`,
  },
  {
    title: "a path more for some endpoints",
    paths: { "/v1/orders": { get: OPERATION.list }, "/{id}": { delete: OPERATION.cancel } },
  },
  {
    title: "a path more for one of three endpoints, of which it has another",
    paths: { "/orders": { get: OPERATION.list }, "/v1/orders/{id}": { delete: OPERATION.cancel } },
  },
  { title: "no endpoint", paths: {} },
];

it.each(titled<{ title: string; base?: string; paths: object; hint?: string }>(OTHER_BASES))(
  "reports another base path of a document if it explains all: %s",
  async (_, { base = "", paths, hint }) => {
    const document = { ...documentWith(paths), servers: [{ url: `https://h.example${base}` }] };
    const files = { "shop.json": POLICY, "openapi.json": JSON.stringify(document) };
    const { code, out } = await runIn(files, ["check", "shop.json", "--against", "openapi.json"]);
    expect(code).toBe(4);
    expect(/^the document .*gone.*\n/m.exec(out)?.[0]).toBe(hint);
  },
);

const SMALL = { "shop.json": POLICY, "openapi.json": DOCUMENT };
const AGAINST = ["--against", "openapi.json"];

const MISTAKES = [
  {
    title: "two files",
    argv: ["shop.json", ...AGAINST],
    message: "--against compares one policy: name one file",
  },
  {
    title: "--json with --format",
    argv: [...AGAINST, "--json", "--format", "text"],
    message: "--json cannot be combined with --format",
  },
  {
    title: "an unknown format",
    argv: [...AGAINST, "--format", "html"],
    message: "Allowed choices are text, markdown",
  },
  { title: "--update alone", argv: ["--update"], message: "--update requires --against" },
  {
    title: "--no-scope-word alone",
    argv: ["--no-scope-word", "x"],
    message: "--no-scope-word requires --against",
  },
  { title: "a document that is missing", argv: ["--against", "none.yaml"], message: "none.yaml" },
  {
    title: "a document with findings",
    argv: ["--against", "broken.yaml"],
    message: "cannot use `broken.yaml`: ",
  },
  {
    title: "a table of tools",
    argv: ["--against", "table.json"],
    message: "`table.json` is a table",
  },
  {
    title: "a server that does not answer",
    argv: ["--against", "mcp:http://127.0.0.1:1/mcp"],
    message: "127.0.0.1:1",
  },
  {
    title: "fingerprints that are missing",
    argv: [...AGAINST, "--fingerprints", "f.json"],
    message: "`f.json` does not exist: --update writes it",
  },
  {
    title: "fingerprints that cannot be read",
    argv: [...AGAINST, "--fingerprints", "table.json"],
    message: "`table.json` does not contain fingerprints: expected `version` 1",
  },
  {
    title: "fingerprints that cannot be written",
    argv: [...AGAINST, "--fingerprints", "no/f.json", "--update"],
    message: "cannot write `no/f.json`: ENOENT",
  },
];

describe("check --against, wrong usage", () => {
  it.each(titled(MISTAKES))("reports %s in one line", async (_, { argv, message }) => {
    const files = {
      ...SMALL,
      "table.json": '{ "list_orders": ["orders:read"] }',
      "broken.yaml": "openapi: 3.1.0\npaths: {\n",
    };
    const { code, out, err } = await runIn(files, ["check", "shop.json", ...argv]);
    expect(code).toBe(2);
    expect(out + err).toContain(message);
    // commander adds how to get help, and errors as data have a line for each member
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(3);
  });

  it("reports the findings of the policy, with exit code 1, and writes no fingerprints", async () => {
    const folder = folderOf({ ...SMALL, "bad.json": '{ "name": "Bad" }' });
    const { code, out, err } = await run(["check", "bad.json", ...AGAINST, "--update"], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain("bad.json:1:");
    expect(() => readFileSync(join(folder, "bad.fingerprints.json"))).toThrow("ENOENT");
  });
});
