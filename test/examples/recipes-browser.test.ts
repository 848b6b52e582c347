import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { app as expressApp } from "../../examples/recipes/browser-express.js";
import { app as fastifyApp } from "../../examples/recipes/browser-fastify.js";
import { app as honoApp } from "../../examples/recipes/browser-hono.js";
import { listen } from "../contract/listen.js";
import type { Running } from "../contract/subject.js";
import { titled } from "../titled.js";

const origin = "https://app.example.com";

async function listenFastify(): Promise<Running> {
  await fastifyApp.listen({ port: 0, host: "127.0.0.1" });
  const { port } = fastifyApp.server.address() as AddressInfo;
  return { port, close: () => fastifyApp.close() };
}

async function listenHono(): Promise<Running> {
  const listener = getRequestListener(honoApp.fetch, { overrideGlobalObjects: false });
  return listen(createServer((request, response) => void listener(request, response)));
}

const servers: readonly { readonly title: string; readonly start: () => Promise<Running> }[] = [
  { title: "Express", start: () => listen(createServer(expressApp)) },
  { title: "Fastify", start: listenFastify },
  { title: "Hono", start: listenHono },
];

/** Returns the words of a header that is a list, in lower case. */
function wordsOf(response: Response, name: string): readonly string[] {
  return (response.headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/);
}

/** Returns the header if a script of the page can read it, as the Fetch standard defines for responses of another origin. */
function readableHeader(response: Response, page: string, name: string): string | null {
  const allowed = response.headers.get("access-control-allow-origin");
  const isExposed = wordsOf(response, "access-control-expose-headers").includes(name);
  return allowed === page && isExposed ? response.headers.get(name) : null;
}

describe.each(titled(servers))("the recipe of browser clients with %s", (_title, { start }) => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.close());

  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(`http://127.0.0.1:${running.port}${path}`, { method, headers });
  const preflight = (page: string, path = "/notes") =>
    ask(
      path,
      {
        origin: page,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
      "OPTIONS",
    );

  it.each(["/notes", "/notes/7", "/elsewhere"])(
    "answers a preflight of %s without a token",
    async (path) => {
      const response = await preflight(origin, path);
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(wordsOf(response, "access-control-allow-headers")).toContain("authorization");
      expect(wordsOf(response, "access-control-allow-methods")).toEqual(["get", "put"]);
    },
  );

  it.each([
    ["401 without a token", undefined, "GET /notes", 401, /^Bearer scope="notes:read"/],
    ["401 for a token that is not valid", "stale", "GET /notes", 401, /error="invalid_token"/],
    ["403 for a missing scope", "demo", "PUT /notes/7", 403, /scope="notes:write"/],
  ] as const)(
    "lets a script read the challenge of a %s",
    async (_title, token, call, status, challenge) => {
      const [method = "", path = ""] = call.split(" ");
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await ask(path, { origin, ...authorization }, method);
      expect(response.status).toBe(status);
      expect(readableHeader(response, origin, "www-authenticate")).toMatch(challenge);
      expect(wordsOf(response, "vary")).toContain("origin");
    },
  );

  it("lets a script read the metadata that the challenge names", async () => {
    const response = await ask("/.well-known/oauth-protected-resource", { origin });
    expect([origin, "*"]).toContain(response.headers.get("access-control-allow-origin"));
    expect(await response.json()).toMatchObject({ resource: "https://api.example.com/" });
  });

  it("serves a call of the page", async () => {
    const response = await ask("/notes", { origin, authorization: "Bearer demo" });
    expect(await response.json()).toEqual({ sub: "user-1" });
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
  });

  it("allows no other origin", async () => {
    const page = "https://evil.example.com";
    for (const response of [await preflight(page), await ask("/notes", { origin: page })]) {
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(readableHeader(response, page, "www-authenticate")).toBeNull();
    }
  });
});
