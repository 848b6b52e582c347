import { type ESLint, Linter } from "eslint";
import regexp from "eslint-plugin-regexp";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { titled } from "./titled.js";

// The linter reads the literals of `src`. This test reads what the code builds at run time: it records each expression that is
// constructed while modules are loaded and policies are compiled.

const RULES: Linter.RulesRecord = {
  "regexp/no-super-linear-backtracking": ["error", { report: "potential" }],
  "regexp/no-super-linear-move": ["error", { report: "potential" }],
};

/** Returns what the checker reports about expressions: the expression, and the reason. */
function findingsOf(expressions: Iterable<string>): readonly string[] {
  const linter = new Linter();
  const plugins = { regexp } as Record<string, ESLint.Plugin>;
  return [...expressions].flatMap((expression) =>
    linter
      .verify(`export default ${expression};`, [{ plugins, rules: RULES }])
      .map(({ message }) => `${expression}: ${message}`),
  );
}

const built = new Set<string>();

beforeAll(() => {
  vi.resetModules();
  const recording = new Proxy(RegExp, {
    construct(target, [source, flags]: [string | RegExp, string | undefined]) {
      const expression = new target(source, flags);
      // the third line of the stack is the caller; packages of others build their own
      if (/\/src\//.test(new Error().stack?.split("\n")[2] ?? "")) built.add(String(expression));
      return expression;
    },
  });
  vi.stubGlobal("RegExp", recording);
});
afterAll(() => vi.unstubAllGlobals());

/** Templates of each form, with each character that may follow a placeholder. */
const TEMPLATES: readonly string[] = [
  ...[..."._~:@-/"].flatMap((char) => [
    `/a/{x}${char}b`,
    `a:{x}${char}b`,
    `a.{x}${char}{y}`,
    `https://api.example/{x}${char}b`,
    `urn:a:{x}${char}b`,
  ]),
  ...["{x}:a", "u{x}:a", "{x}r{y}:a", "ur{x}:b", "/{x}//b", "a:{x}", "a/{x}"],
];

describe("an expression that the code builds", () => {
  it("takes linear time if it is built from the template of a policy", async () => {
    const { loadPolicy } = await import("../src/index.js");
    let accepted = 0;
    for (const template of TEMPLATES) {
      for (const match of [undefined, "path-prefix", "registry"]) {
        try {
          const scope = match === undefined ? {} : { match };
          loadPolicy({ name: "A", version: "1", scopes: { [template]: scope } });
          accepted += 1;
        } catch {
          // not every form takes every character, and few take a matching rule
        }
      }
    }
    expect(accepted).toBeGreaterThan(30);
    expect(built.size).toBeGreaterThan(10);
    expect(findingsOf(built)).toEqual([]);
  });

  it.each(
    titled([
      { title: "audit", load: () => import("../src/audit.js"), least: 5 },
      { title: "html", load: () => import("../src/html.js"), least: 1 },
      { title: "cli/terminal", load: () => import("../src/cli/terminal/visible.js"), least: 1 },
      { title: "cli/export", load: () => import("../src/cli/export/document-text.js"), least: 1 },
    ]),
  )("takes linear time if the module %s builds it when it is loaded", async (_title, row) => {
    await row.load();
    expect(built.size).toBeGreaterThanOrEqual(row.least);
    expect(findingsOf(built)).toEqual([]);
  });

  it("takes linear time if it is built from the URIs of resources", async () => {
    const { createResourceLookup } = await import("../src/mcp/shared/resource-uris.js");
    built.clear();
    createResourceLookup({
      "a://b/{name}": "one",
      "a://b/{name}/c.d/{other}": "two",
      "https://example.com/(x)/{y}": "three",
    });
    expect(built.size).toBe(3);
    expect(findingsOf(built)).toEqual([]);
  });

  it("takes linear time if it is built from the routes of an application, which take linear time", async () => {
    const { createAuthorizer, loadPolicy } = await import("../src/index.js");
    const { expressGate } = await import("../src/express.js");
    const { honoGate } = await import("../src/hono.js");
    const authorizerOf = (...endpoints: readonly string[]) => {
      const rules = Object.fromEntries(endpoints.map((endpoint) => [endpoint, "read"]));
      const policy = loadPolicy({
        name: "A",
        version: "1",
        scopes: { read: {} },
        endpoints: rules,
      });
      return createAuthorizer({ policy, verify: () => undefined });
    };

    built.clear();
    const routes = {
      "GET /jobs/{job}": /^\/jobs\/(?<job>\d+|JOB-[(\d)]{4}(?:-(x|y))?)\/?$/,
      "GET /users/{user}/files/{file}": /^\/users\/(?<user>[a-z]+)\/files\/(?<file>[^/]+)$/,
    };
    const ofExpress = expressGate(authorizerOf(...Object.keys(routes)));
    const app = express();
    for (const [name, path] of Object.entries(routes))
      app.get(path, ofExpress(name as never), (_req, res) => void res.end());
    ofExpress.assertCovers(app);
    expect(built.size).toBe(2);
    expect(findingsOf(built)).toEqual([]);

    built.clear();
    const ofHono = honoGate(authorizerOf("GET /jobs/{job}:stop"));
    const hono = new Hono().get("/jobs/:job{[^/]+:stop}", ofHono("GET /jobs/{job}:stop"), (c) =>
      c.text(""),
    );
    ofHono.assertCovers(hono);
    expect(built.size).toBe(1);
    expect(findingsOf(built)).toEqual([]);
  });

  it("takes linear time if it reads a member of a guide", async () => {
    const { readGuides } = await import("../src/cli/mcp/guides.js");
    built.clear();
    expect(readGuides().length).toBeGreaterThan(10);
    expect(built.size).toBe(3);
    expect(findingsOf(built)).toEqual([]);
  });

  it("takes linear time if it is built from names that the owner calls sensitive", async () => {
    const { secretNames } = await import("../src/audit/redaction/secret-names.js");
    built.clear();
    secretNames(["pin", "(a+)+$", "x".repeat(64), "a b-c_d", "***", "[a-z]*"]);
    expect(built.size).toBeGreaterThanOrEqual(6);
    expect(findingsOf(built)).toEqual([]);
  });

  it("is reported if it takes more time", () => {
    expect(findingsOf(["/^(a+)+$/"])[0]).toContain("exponential");
    expect(findingsOf(["/a+$/"])[0]).toContain("quadratic");
  });
});
