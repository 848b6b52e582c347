import { ClientCredentialsProvider } from "@modelcontextprotocol/client";
import { ClientCredentialsProvider as ClientCredentialsProvider1 } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { openBrowser } from "./browser.js";
import { clientV1, clientV2, isUnauthorized, type OpenClient } from "./clients.js";
import { newOauthHost } from "./oauth-host.js";
import { ELSEWHERE, openSchool, policy, type School } from "./school.js";
import { seat } from "./seat.js";

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
  /** Left out where two others say the same. */
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

/** Calls that no consent can mend, by a person on the free plan who may read the grades of class 7a. */
const endings = [
  { tool: "delete_account", params: {}, code: "denied", text: /^denied: / },
  { tool: "export_report", params: {}, code: "upgrade_required", text: /^upgrade required: / },
  { tool: "look_behind", params: {}, code: "reserved_scope", text: /^reserved: / },
  { tool: "no_such_tool", params: {}, code: "unknown_operation", text: /^unknown operation: / },
  { tool: "read_grades", params: {}, code: "invalid_params", text: /^invalid/ },
  {
    tool: "read_grades",
    params: { classID: "8b" },
    code: "binding_mismatch",
    text: /^the token is bound to another value of `classID`/,
  },
];

/** The pages, each sorted. */
const sorted = (pages: readonly (readonly string[])[]) => pages.map((page) => [...page].sort());

describe.each(pairs)("$title", ({ server: name, open, version }) => {
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

  it("answers what no consent mends inside the protocol, and asks nobody", async () => {
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

  it("lists the tools anew after a step-up, as the policy says", async () => {
    const { act, client, claims } = seat(school[name], open);
    const seen = () => policy.toolsFor(claims()).map((view) => view.name);
    await act(() => client.connect());
    await act(() => client.call("read_grades", { classID: "7a" }));
    const before = await client.list();
    expect(before).toEqual(seen());
    expect(before).toContain("copy_grades");

    await act(() => client.call("write_grades", { classID: "8b" }));
    // one class to read, another to write: nothing that this token can be given copies within one
    const after = await client.list();
    expect(after).toEqual(before.filter((tool) => tool !== "copy_grades"));
    expect(after).toEqual(seen());
    await client.close();
  });
});

describe.each(pairs.filter(({ isSpare }) => isSpare !== true))(
  "$title",
  ({ server: name, open }) => {
    it("steps up for a resource", async () => {
      const { act, client, held } = seat(school[name], open);
      await act(() => client.connect());
      expect(await act(() => client.read("school://settings"))).toBe("school://settings was read");
      expect(held()).toEqual(["mcp:tools", "school:read"]);
      await client.close();
    });

    it("refreshes a token that has expired, and keeps what was granted", async () => {
      const { act, browser, client, held, host } = seat(school[name], open, { refreshes: true });
      const connected = act(() => client.connect());
      // the token that comes back from the authorization is over before it is used
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

    it("is refused once its grant is revoked, and has to ask again", async () => {
      // client v2 says that it forgets its tokens
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

    it("refuses a token that was issued for another resource", async () => {
      const token = await school.as.machineToken(ELSEWHERE, "mcp:tools courses:read");
      expect(decodeJwt(token)).toMatchObject({ iss: school.as.issuer, aud: ELSEWHERE });
      const { provider } = newOauthHost(openBrowser("nobody"));
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
  it("client v2 steps up by itself, once for each shortage", async () => {
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

  it("client v1, whose token requests name the scope it was made with, ends after one retry", async () => {
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

describe("what a challenge names", () => {
  it("client v1 keeps nothing but what the challenge names: told the minimum, it loses what it held", async () => {
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

  it("client v2 unites by itself, told the minimum", async () => {
    const { act, browser, client, held } = seat(school.terse, clientV2("auto"));
    await act(() => client.connect());
    await act(() => client.call("list_courses"));
    await act(() => client.call("get_settings"));
    await act(() => client.call("list_courses"));
    expect(held()).toEqual(["courses:read", "mcp:tools", "school:read"]);
    expect(browser.consents.length).toBe(3);
    await client.close();
  });

  it("client v1 with a refresh token refreshes instead of asking, and ends after one retry", async () => {
    const { act, browser, client, host } = seat(school.v1, clientV1, { refreshes: true });
    await act(() => client.connect());
    await expect(act(() => client.call("list_courses"))).rejects.toThrow("403");
    expect(school.as.tokenRequests(host.clientId)).toEqual(["authorization_code", "refresh_token"]);
    expect(browser.consents.length).toBe(1);
    await client.close();
  });

  it.each([
    { title: "client v2", open: clientV2("auto"), server: "v2" },
    { title: "client v1", open: clientV1, server: "v1" },
  ] as const)(
    "$title: a person who refuses ends it; the next call asks again, once",
    async ({ open, server }) => {
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
