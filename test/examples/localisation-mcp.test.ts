import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AuthorizationServer,
  start as startAuthorizationServer,
} from "../../examples/authorization-server/server.js";
import { startBehind } from "../../examples/localisation/mcp.js";
import { policy } from "../../examples/localisation/policy.js";
import type { RunningExample } from "../../examples/serve.js";
import { boxesOf, createFormBrowser, type Stop } from "../authorization-server/form-browser.js";
import { approve, approveAll } from "../authorization-server/visit.js";
import { createOauthStore } from "../oauth-store.js";

const REDIRECT = "https://translator.example/cb";
const ON = Object.entries(policy.definition.scopes).flatMap(([name, scope]) =>
  typeof scope === "object" && scope.default === "on" ? [name] : [],
);

let platform: RunningExample<AuthorizationServer>;
beforeAll(async () => {
  platform = await startBehind((resource) => startAuthorizationServer(policy, { resource }));
});
afterAll(() => platform.close());

/** Creates a client of the SDK and the browser of its user. */
function createSeat() {
  const browser = createFormBrowser(platform.issuer.issuer);
  let pending = "";
  const authProvider = createOauthStore(
    REDIRECT,
    {
      client_name: "Translator",
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
    },
    (url) => {
      pending = url.href;
    },
  );
  const createTransport = () =>
    new StreamableHTTPClientTransport(new URL(platform.url), { authProvider });
  let transport = createTransport();
  let client = new Client({ name: "translator", version: "1" });
  return {
    browser,
    connect: async () => {
      transport = createTransport();
      client = new Client(
        { name: "translator", version: "1" },
        { versionNegotiation: { mode: "auto" } },
      );
      await client.connect(transport);
    },
    /** Opens the page to which the server sent the client. */
    open: () => browser.go(pending),
    /** Submits a page and passes the result to the client. */
    answer: async (page: Stop, chosen: ReturnType<typeof approve>) => {
      const { url } = await browser.submit(page, chosen);
      await transport.finishAuth(new URL(url).searchParams);
    },
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name: string, input: Readonly<Record<string, string>> = {}) => {
      const { isError, content } = await client.callTool({ name, arguments: input });
      const [first] = content;
      return { isError: isError === true, text: first?.type === "text" ? first.text : "" };
    },
    held: () => decodeJwt<{ scope: string }>(authProvider.tokens()?.access_token ?? "").scope,
    close: () => client.close(),
  };
}

/** Creates a client whose user has signed in and granted the scopes that are on by default. */
async function sitWithDefaults() {
  const seat = createSeat();
  await expect(seat.connect()).rejects.toBeInstanceOf(UnauthorizedError);
  const page = await seat.browser.submit(await seat.open(), [["person", "ana"]]);
  const boxes = boxesOf(page);
  await seat.answer(page, approveAll(page));
  await seat.connect();
  return { ...seat, boxes };
}

describe("the MCP server of the localisation platform", () => {
  it("requests the nine scopes that are on by default, and allows their tools", async () => {
    const seat = await sitWithDefaults();
    expect(ON).toHaveLength(9);
    expect(seat.boxes).toEqual(ON.map((scope) => ({ scope, checked: true, disabled: false })));
    expect(seat.held()).toBe(ON.join(" "));
    const written = await seat.call("write_translation", { id: "home.title", text: "Hallo" });
    expect(JSON.parse(written.text)).toEqual({
      id: "home.title",
      text: "Hallo",
      isPublished: false,
    });
    expect((await seat.call("list_keys")).text).toBe('["home.title"]');
    await seat.close();
  });

  it("shows the scope for publishing unchecked and with a warning, and denies publishing until the user checks it", async () => {
    const seat = await sitWithDefaults();
    await expect(seat.call("publish_translations")).rejects.toBeInstanceOf(UnauthorizedError);
    const page = await seat.open();
    expect(boxesOf(page).filter((box) => !box.checked)).toEqual([
      { scope: "translations:publish", checked: false, disabled: false },
    ]);
    expect(page.html).toContain("pushes to the public CDN");
    await seat.answer(page, approve(...ON));
    expect(seat.held()).toBe(ON.join(" "));

    await expect(seat.call("publish_translations")).rejects.toBeInstanceOf(UnauthorizedError);
    await seat.answer(await seat.open(), approve(...ON, "translations:publish"));
    const published = await seat.call("publish_translations");
    expect(published.isError).toBe(false);
    expect(JSON.parse(published.text)).toMatchObject([{ id: "home.title" }]);
    expect(JSON.parse((await seat.call("list_translations")).text)).toMatchObject([
      { id: "home.title", isPublished: true },
    ]);
    await seat.close();
  });

  it("lists the tools of the policy and no others", async () => {
    const seat = await sitWithDefaults();
    expect(await seat.list()).toEqual(policy.toolNames);
    for (const name of ["delete_project", "GET /api/oauth-client/organizations", "LIST_KEYS", ""]) {
      const { isError, text } = await seat.call(name);
      expect({ name, isError }).toEqual({ name, isError: true });
      expect(text).toMatch(/^unknown operation/);
    }
    await seat.close();
  });

  it("runs each of its tools for a token with every scope", async () => {
    const seat = await sitWithDefaults();
    const opened = new Set<string>();
    const input = { id: "home.title", name: "home.heading", text: "Hallo" };
    for (const tool of policy.toolNames) {
      // one consent for each opt-in scope
      const run = () => seat.call(tool, input);
      const result = await run().catch(async () => {
        const page = await seat.open();
        for (const { scope } of boxesOf(page)) opened.add(scope);
        await seat.answer(page, approve(...boxesOf(page).map(({ scope }) => scope)));
        return run();
      });
      expect({ tool, isError: result.isError }).toEqual({ tool, isError: false });
    }
    const asked = [...opened].filter((scope) => !ON.includes(scope));
    expect(asked).toEqual(["translations:publish", "glossary:write", "content:publish"]);
    await seat.close();
  });
});
