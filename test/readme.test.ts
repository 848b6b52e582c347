import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalIssuer, startLocalIssuer } from "../examples/local-issuer.js";
import { manifest } from "../scripts/entries.mjs";
import { wordCount } from "../scripts/page-list.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const AUDIENCE = "https://api.example.com";

/** The text of each block of code that starts with the name of a file, by this name. */
const files = new Map(
  [...readme.matchAll(/^```ts\n\/\/ ([\w-]+\.ts)\n([\s\S]*?)^```/gm)].map(([, name, code]) => [
    name ?? "",
    code ?? "",
  ]),
);

const textOf = (name: string): string => {
  const text = files.get(name);
  if (text === undefined) throw new Error(`README.md has no block ${name}`);
  return text;
};

const linesOf = (name: string): number =>
  textOf(name)
    .split("\n")
    .filter((line) => line !== "").length;

describe("README.md", () => {
  it("has at most 700 words outside code", () => {
    expect(wordCount(readme)).toBeLessThanOrEqual(700);
    expect(wordCount(readme)).toBeGreaterThan(300);
  });

  it("begins with one sentence that names OAuth, MCP, tools and TypeScript", () => {
    const [, sentence = ""] = /^# .*\n\n([\s\S]*?)\n\n/.exec(readme) ?? [];
    expect(sentence).toMatch(/^[^.]*\.$/);
    for (const word of ["OAuth", "MCP", "tools", "TypeScript"]) expect(sentence).toContain(word);
  });

  it("leads from installation to the documentation", () => {
    const order = [
      "npm install scope-policy",
      "// policy.ts",
      "```text output",
      "```text error",
      "// api.ts",
      "// server.ts",
      "<picture>",
      "## Features",
      "## What it is not",
      "Roles say who may, scopes say what was delegated; you need both.",
      "## Dependencies",
      "## Documentation",
      "npm ci && npm start",
      "npm ci && npm test",
    ];
    const places = order.map((text) => readme.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("has a policy of ten lines, an Express API of eight and an MCP server of fifteen at most", () => {
    expect(linesOf("policy.ts")).toBeLessThanOrEqual(10);
    expect(linesOf("api.ts")).toBeLessThanOrEqual(8);
    expect(linesOf("server.ts")).toBeLessThanOrEqual(15);
  });

  it("has five features, and names each dependency of the package", () => {
    const [, features = "", dependencies = ""] =
      /## Features\n([\s\S]*?)\n## [\s\S]*?\n## Dependencies\n([\s\S]*?)\n## /.exec(readme) ?? [];
    expect(features.match(/^\* /gm)).toHaveLength(5);
    const named = [...dependencies.matchAll(/\[([\w-]+)\]\(/g)].map(([, name = ""]) => name);
    expect(named.toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  });
});

describe("the code of README.md", () => {
  const folder = join(root, `.cache/readme-${process.pid}`);
  const servers: Server[] = [];
  let issuer: LocalIssuer;

  /** Runs a program of README.md on a free port, and returns its address. */
  const start = async (name: string): Promise<string> => {
    const program = (await import(pathToFileURL(join(folder, name)).href)) as { server: Server };
    servers.push(program.server);
    if (!program.server.listening) await once(program.server, "listening");
    return `http://127.0.0.1:${(program.server.address() as AddressInfo).port}`;
  };

  beforeAll(async () => {
    issuer = await startLocalIssuer(AUDIENCE);
    mkdirSync(folder, { recursive: true });
    // a local issuer, a free port, and a name for the server; nothing else changes
    const changed = [...files].map(([name, code]) => [
      name,
      code
        .replace("https://as.example.com", issuer.issuer)
        .replace(/^(?=.*\.listen\(3000\);$)/m, "export const server = ")
        .replace(".listen(3000)", '.listen(0, "127.0.0.1")'),
    ]);
    for (const [name = "", code = ""] of changed) writeFileSync(join(folder, name), code);
  });

  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is an Express API that returns 200, 401 and 403 with a challenge", async () => {
    const address = await start("api.ts");
    const get = async (scope?: string) => {
      const headers: Record<string, string> =
        scope === undefined ? {} : { authorization: `Bearer ${await issuer.issue({ scope })}` };
      const response = await fetch(`${address}/notes`, { headers });
      return [response.status, response.headers.get("www-authenticate"), await response.text()];
    };
    expect(await get("notes:read")).toEqual([200, null, '{"owner":"user-1"}']);
    expect((await get()).slice(0, 2)).toEqual([
      401,
      expect.stringMatching(/^Bearer (?!.*error=).*scope="notes:read"/),
    ]);
    expect((await get("notes:write")).slice(0, 2)).toEqual([
      403,
      expect.stringMatching(/error="insufficient_scope".*scope="/),
    ]);
  });

  it("is an MCP server whose tools run with the scope, and whose tier is a result", async () => {
    const address = await start("server.ts");
    const client = new Client({ name: "reader", version: "1.0.0" });
    const authorization = `Bearer ${await issuer.issue({ scope: "notes:read" })}`;
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${address}/mcp`), {
        requestInit: { headers: { authorization } },
      }),
    );
    const call = async (name: string) => await client.callTool({ name, arguments: {} });
    expect(await call("read_note")).toMatchObject({
      content: [{ type: "text", text: "read_note ran" }],
    });
    expect(JSON.stringify(await call("export_notes"))).toContain("upgrade_required");
    await client.close();
  });
});
