import { ClientCredentialsProvider } from "@modelcontextprotocol/client";
import { ClientCredentialsProvider as ClientCredentialsProvider1 } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { titled } from "../titled.js";
import { openBrowser } from "./browser.js";
import { clientV1, clientV2, isUnauthorized, type OpenClient } from "./clients.js";
import { createOauthHost } from "./oauth-host.js";
import { ELSEWHERE, openSchool, policy, type School } from "./school.js";
import { seat } from "./signed-in-user.js";

let school: School;
beforeAll(async () => {
  school = await openSchool();
});
afterAll(() => school.close());

interface Pair {
  readonly title: string;
  readonly server: "v1" | "v2";
  readonly open: OpenClient;
  readonly version: string;
  /** Omitted from the longer tests, since two other pairs cover the same. */
  readonly isSpare?: true;
}

const pairs: readonly Pair[] = [
  {
    title: "client v2, server v2",
    server: "v2",
    open: clientV2("auto", { keepsLists: true }),
    version: "2026-07-28",
  },
  { title: "client v2, server v1", server: "v1", open: clientV2("auto"), version: "2025-11-25" },
  {
    title: "client v2 by the older protocol, server v2",
    server: "v2",
    open: clientV2("legacy"),
    version: "2025-11-25",
    isSpare: true,
  },
  {
    title: "client v1, server v2",
    server: "v2",
    open: clientV1,
    version: "2025-11-25",
    isSpare: true,
  },
  { title: "client v1, server v1", server: "v1", open: clientV1, version: "2025-11-25" },
];

/** Calls that consent cannot allow, for a user on the free plan who may read the grades of class 7a. */
const endings = [
  { tool: "delete_account", params: {}, code: "denied", text: /^denied: / },
  { tool: "export_report", params: {}, code: "upgrade_required", text: /^upgrade required: / },
  { tool: "look_behind", params: {}, code: "reserved_scope", text: /^reserved: / },
  { tool: "partner_feed", params: {}, code: "reserved_scope", text: /^restricted: / },
  { tool: "no_such_tool", params: {}, code: "unknown_operation", text: /^unknown operation: / },
  { tool: "read_grades", params: {}, code: "invalid_params", text: /^invalid/ },
  {
    tool: "read_grades",
    params: { classID: "8b" },
    code: "binding_mismatch",
    text: /^the token is bound to another value of `classID`/,
  },
];

/** Returns the scopes of each consent page, sorted. */
const sorted = (pages: readonly (readonly string[])[]) => pages.map((page) => [...page].sort());

describe.each(titled(pairs))("%s", (_title, { server: name, open, version }) => {
  it("discovers, registers, asks for the baseline, and steps up to exactly the union", async () => {
    const server = school[name];
    const { act, browser, client, held, host, sub } = seat(server, open);
    await act(() => client.connect());
    expect(client.version()).toBe(version);
    expect(held()).toEqual(["mcp:tools"]);

    const listed = await act(() => client.call("list_courses"));
    expect(listed).toMatchObject({ isError: false, text: "list_courses ran" });
    expect(held()).toEqual(["courses:read", "mcp:tools"]);

    const updated = await act(() => client.call("update_course"));
    expect(updated.text).toBe("update_course ran");
    expect(held()).toEqual(["courses:read", "courses:write", "mcp:tools"]);

    const settings = await act(() => client.call("get_settings"));
    expect(settings.text).toBe("get_settings ran");
    const all = ["courses:read", "courses:write", "mcp:tools", "school:read"];
    expect(held()).toEqual(all);

    for (const tool of ["list_courses", "update_course", "get_settings", "whoami"]) {
      expect((await client.call(tool)).text).toBe(`${tool} ran`);
    }
    expect(sorted(browser.consents)).toEqual([
      ["mcp:tools"],
      ["courses:read", "mcp:tools"],
      ["courses:read", "courses:write", "mcp:tools"],
      all,
    ]);
    expect(host.pending).toBeUndefined();
    expect(school.as.tokenRequests(host.clientId)).toEqual(Array(4).fill("authorization_code"));
    const runs = server.runs.filter(({ token }) => token?.sub === sub);
    expect(runs.map(({ tool }) => tool)).toEqual([
      ...["list_courses", "update_course", "get_settings"],
      ...["list_courses", "update_course", "get_settings", "whoami"],
    ]);
    await client.close();
  });

  it("returns what consent cannot fix inside the protocol, without a consent page", async () => {
    const server = school[name];
    const { act, browser, client, host, sub } = seat(server, open);
    await act(() => client.connect());
    await act(() => client.call("read_grades", { classID: "7a" }));
    const before = browser.consents.length;
    for (const { tool, params, code, text } of endings) {
      const answer = await client.call(tool, params);
      expect(answer, tool).toMatchObject({
        isError: true,
        meta: { "scope-policy/denial": { error: code } },
      });
      expect(answer.text).toMatch(text);
    }
    const unread = client.read("school://report");
    await expect(unread).rejects.toThrow("upgrade required");
    await expect(unread).rejects.not.toSatisfy(isUnauthorized);
    expect(host.pending).toBeUndefined();
    expect(browser.consents.length).toBe(before);
    expect(school.as.tokenRequests(host.clientId).length).toBe(before);
    const runs = server.runs.filter(({ token }) => token?.sub === sub);
    expect(runs.map(({ tool }) => tool)).toEqual(["read_grades"]);
    await client.close();
  });

  it("asks for a restricted scope only if the client is approved for it, with one consent page", async () => {
    const { act, browser, client, held, host } = seat(school[name], open);
    await act(() => client.connect());
    expect(await client.list()).not.toContain("partner_feed");
    // the challenge names the other alternative
    expect((await act(() => client.call("any_feed"))).text).toBe("any_feed ran");
    expect(held()).toEqual(["appearance:read", "mcp:tools"]);
    expect((await client.call("partner_feed")).text).toMatch(/^restricted: /);
    expect(browser.consents.length).toBe(2);

    school.approve(host.clientId);
    expect((await act(() => client.call("partner_feed"))).text).toBe("partner_feed ran");
    expect(held()).toEqual(["appearance:read", "mcp:tools", "partner:read"]);
    expect(await client.list()).toContain("partner_feed");
    expect(browser.consents.length).toBe(3);
    await client.close();
  });

  it("lists the tools again after a step-up, as the policy defines", async () => {
    const { act, client, claims } = seat(school[name], open);
    const seen = () => policy.toolsFor(claims()).map((view) => view.name);
    await act(() => client.connect());
    await act(() => client.call("read_grades", { classID: "7a" }));
    const before = await client.list();
    expect(before).toEqual(seen());
    expect(before).toContain("copy_grades");

    await act(() => client.call("write_grades", { classID: "8b" }));
    // one class to read, another to write: this token cannot copy within one class
    const after = await client.list();
    expect(after).toEqual(before.filter((tool) => tool !== "copy_grades"));
    expect(after).toEqual(seen());
    await client.close();
  });
});

describe.each(titled(pairs.filter(({ isSpare }) => isSpare !== true)))(
  "%s",
  (_title, { server: name, open }) => {
    it("steps up for a resource", async () => {
      const { act, client, held } = seat(school[name], open);
      await act(() => client.connect());
      expect(await act(() => client.read("school://settings"))).toBe("school://settings was read");
      expect(held()).toEqual(["mcp:tools", "school:read"]);
      await client.close();
    });

    it("refreshes an expired token, and keeps the granted scopes", async () => {
      const { act, browser, client, held, host } = seat(school[name], open, { refreshes: true });
      const connected = act(() => client.connect());
      // the token of the authorization expires before its first use
      school.as.expireNextToken();
      await connected;
      expect((await client.call("whoami")).text).toBe("whoami ran");
      expect(school.as.tokenRequests(host.clientId)).toEqual([
        "authorization_code",
        "refresh_token",
      ]);
      expect(held()).toEqual(["mcp:tools"]);
      expect(browser.consents.length).toBe(1);
      await client.close();
    });

    it("is denied after its grant is revoked, and must authorize again", async () => {
      // client v2 reports that it deletes its tokens
      const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
      onTestFinished(() => warn.mockRestore());
      const server = school[name];
      const { act, browser, client, host, sub } = seat(server, open, { refreshes: true });
      await act(() => client.connect());
      expect((await client.call("whoami")).isError).toBe(false);
      await school.as.revoke(host.clientId, host.tokens?.refresh_token ?? "");
      await expect(client.call("whoami")).rejects.toSatisfy(isUnauthorized);
      expect(host.pending?.pathname).toBe("/auth");
      expect(host.tokens).toBeUndefined();
      expect(browser.consents.length).toBe(1);
      expect(server.runs.filter(({ token }) => token?.sub === sub).length).toBe(1);
      await client.close();
      warn.mockRestore();
    });

    it("denies a token for another resource", async () => {
      const token = await school.as.machineToken(ELSEWHERE, "mcp:tools courses:read");
      expect(decodeJwt(token)).toMatchObject({ iss: school.as.issuer, aud: ELSEWHERE });
      const { provider } = createOauthHost(openBrowser("nobody"));
      provider.saveTokens({ access_token: token, token_type: "Bearer", issuer: school.as.issuer });
      const client = open(school[name].url, provider);
      await expect(client.connect()).rejects.toSatisfy(isUnauthorized);

      const response = await fetch(school[name].url, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
      });
      expect(response.status).toBe(401);
      const challenge = response.headers.get("www-authenticate");
      expect(challenge).toMatch(/^Bearer error="invalid_token", resource_metadata="[^"]+"/);
      expect(challenge).not.toContain("scope");
    });
  },
);

describe("client credentials", () => {
  it("let client v2 step up by itself, once for each missing scope", async () => {
    const { issuer, machine } = school.as;
    const before = school.as.tokenRequests(machine.client_id).length;
    const provider = new ClientCredentialsProvider({
      clientId: machine.client_id,
      clientSecret: machine.client_secret,
      expectedIssuer: issuer,
    });
    const client = clientV2("auto")(school.v2.url, provider);
    await client.connect();
    expect((await client.call("list_courses")).text).toBe("list_courses ran");
    expect((await client.call("update_course")).text).toBe("update_course ran");
    const { scope } = decodeJwt(provider.tokens()?.access_token ?? "");
    expect(String(scope).split(" ").sort()).toEqual(["courses:read", "courses:write", "mcp:tools"]);
    expect(school.as.tokenRequests(machine.client_id).length - before).toBe(3);
    expect((await client.call("export_report")).isError).toBe(true);
    expect(school.as.tokenRequests(machine.client_id).length - before).toBe(3);
    await client.close();
  });

  it("let client v1, whose token requests name its initial scope, stop after one retry", async () => {
    const { issuer, machine } = school.as;
    const before = school.as.tokenRequests(machine.client_id).length;
    const provider = new ClientCredentialsProvider1({
      clientId: machine.client_id,
      clientSecret: machine.client_secret,
      expectedIssuer: issuer,
      scope: "mcp:tools courses:read",
    });
    const client = clientV1(school.v1.url, provider);
    await client.connect();
    expect((await client.call("list_courses")).text).toBe("list_courses ran");
    await expect(client.call("update_course")).rejects.toThrow("403");
    expect(school.as.tokenRequests(machine.client_id).length - before).toBe(2);
    await client.close();
  });
});

describe("the scopes of a challenge", () => {
  it("are the only ones that client v1 keeps: with the minimum, it loses granted scopes", async () => {
    const { act, browser, client, held } = seat(school.terse, clientV1);
    await act(() => client.connect());
    await act(() => client.call("list_courses"));
    await act(() => client.call("get_settings"));
    expect(held()).toEqual(["mcp:tools", "school:read"]);
    await act(() => client.call("list_courses"));
    expect(held()).toEqual(["courses:read", "mcp:tools"]);
    expect(browser.consents.length).toBe(4);
    await client.close();
  });

  it("are added by client v2 to its own, even with the minimum", async () => {
    const { act, browser, client, held } = seat(school.terse, clientV2("auto"));
    await act(() => client.connect());
    await act(() => client.call("list_courses"));
    await act(() => client.call("get_settings"));
    await act(() => client.call("list_courses"));
    expect(held()).toEqual(["courses:read", "mcp:tools", "school:read"]);
    expect(browser.consents.length).toBe(3);
    await client.close();
  });

  it("make client v1 with a refresh token refresh instead of asking, and stop after one retry", async () => {
    const { act, browser, client, host } = seat(school.v1, clientV1, { refreshes: true });
    await act(() => client.connect());
    await expect(act(() => client.call("list_courses"))).rejects.toThrow("403");
    expect(school.as.tokenRequests(host.clientId)).toEqual(["authorization_code", "refresh_token"]);
    expect(browser.consents.length).toBe(1);
    await client.close();
  });

  it.each([
    ["client v2", clientV2("auto"), "v2"],
    ["client v1", clientV1, "v1"],
  ] as const)(
    "end the attempt of %s if the user denies them; the next call asks again, once",
    async (_title, open, server) => {
      const { act, browser, client, held, host } = seat(school[server], open);
      await act(() => client.connect());
      browser.refuse("courses:read");
      await expect(act(() => client.call("list_courses"))).rejects.toThrow();
      expect(held()).toEqual(["mcp:tools"]);
      expect(browser.consents.length).toBe(2);
      expect((await client.call("whoami")).isError).toBe(false);
      expect(school.as.tokenRequests(host.clientId).length).toBe(2);
      await client.close();
    },
  );
});

describe("discovery", () => {
  it.each(["v1", "v2"] as const)(
    "server %s publishes the document that challenges point to",
    async (name) => {
      const { metadataUrl, url } = school[name];
      const refused = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
      });
      expect(refused.headers.get("www-authenticate")).toBe(
        `Bearer scope="mcp:tools", resource_metadata="${metadataUrl.href}"`,
      );
      const response = await fetch(metadataUrl);
      expect(await response.json()).toEqual({
        resource: url.href,
        authorization_servers: [school.as.issuer],
        scopes_supported: ["mcp:tools"],
        bearer_methods_supported: ["header"],
        resource_name: "School",
      });
    },
  );
});
