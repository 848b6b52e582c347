import { type AccessToken, createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import { accessTokenFromClaims } from "scope-policy/verify";
import { describe, expect, it } from "vitest";
import { operationForGate } from "../../src/decision/gate-decider.js";
import { expressGate } from "../../src/express.js";
import { fetchGate } from "../../src/fetch.js";
import { honoGate } from "../../src/hono.js";
import { koaGate } from "../../src/koa.js";
import { titled } from "../titled.js";
import { createGateParts, createShop, FRESH, NOW, OLD, rawToken, shop } from "./shop.js";

const bearer = (claims: Partial<AccessToken>) => `Bearer ${rawToken(claims)}`;

async function refusalOf(operation: string, claims?: Partial<AccessToken>, policy = shop) {
  const { authorizer } = createGateParts(policy);
  const authorization = claims === undefined ? undefined : bearer(claims);
  const admission = await authorizer.admit({ authorization, operation });
  return admission.kind === "refused" ? admission.answer : undefined;
}

describe("the response to a denial", () => {
  it("names the entitlement in the problem document, without a challenge", async () => {
    const answer = await refusalOf("fleet_map", { scope: "fleet:read" });
    expect(answer).toMatchObject({
      status: 403,
      body: { error: "upgrade_required", entitlement: "fleet", tool: "fleet_map" },
    });
    expect(answer?.body).not.toHaveProperty("tier");
    expect(answer?.headers).not.toHaveProperty("WWW-Authenticate");
  });

  it("asks the user to authenticate again, as RFC 9470 prescribes", async () => {
    const answer = await refusalOf("pay", OLD);
    expect(answer?.status).toBe(401);
    expect(answer?.headers["WWW-Authenticate"]).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="mfa phr", max_age="300", ' +
        'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp", ' +
        'error_description="A stronger or more recent authentication of the user is required"',
    );
    expect(answer?.body).toMatchObject({
      error: "insufficient_user_authentication",
      acr_values: ["mfa", "phr"],
      max_age: 300,
      tool: "pay",
    });
  });

  it("names only what the operation requires", async () => {
    const answer = await refusalOf("sign", { scope: "" });
    expect(answer?.headers["WWW-Authenticate"]).toContain('max_age="60"');
    expect(answer?.headers["WWW-Authenticate"]).not.toContain("acr_values");
    expect(answer?.body).not.toHaveProperty("acr_values");
  });

  it("names no class if the patterns that match a tool have none in common", async () => {
    const policy = loadPolicy({
      name: "Shop",
      version: "1",
      scopes: { read: {} },
      tools: { "get_*": { scope: "read", acr: "mfa" }, "*_all": { scope: "read", acr: ["phr"] } },
    });
    const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "read", acr: "mfa" }) });
    const admission = await authorizer.admit({ authorization: "Bearer t", operation: "get_all" });
    const answer = admission.kind === "refused" ? admission.answer : undefined;
    expect(answer?.headers["WWW-Authenticate"]).toMatch(
      /^Bearer error="insufficient_user_authentication", error_description=/,
    );
    expect(answer?.body).toMatchObject({ error: "insufficient_user_authentication" });
    expect(answer?.body).not.toHaveProperty("acr_values");
  });

  it("names the scopes of an operation with conditions to a caller without a token", async () => {
    const answer = await refusalOf("pay");
    expect(answer?.headers["WWW-Authenticate"]).toContain('scope="payments:write"');
  });
});

describe("the clock tolerance of an authorizer", () => {
  it("accepts an `auth_time` that is as much in the future, and no older one", async () => {
    const { authorizer } = createGateParts();
    const codeOf = async (auth_time: number) =>
      (await authorizer.decide(rawToken({ scope: "", auth_time }), "sign")).decision.code;
    expect(await codeOf(NOW + 5)).toBe("allowed");
    expect(await codeOf(NOW + 6)).toBe("insufficient_user_authentication");
    expect(await codeOf(NOW - 60)).toBe("allowed");
    expect(await codeOf(NOW - 61)).toBe("insufficient_user_authentication");
  });

  it("does not keep a decision of a token that it has seen", async () => {
    let now = NOW;
    const { authorizer } = createGateParts(createShop(() => now));
    const call = { authorization: bearer(FRESH), operation: "pay" };
    for (let times = 0; times < 40; times += 1) await authorizer.admit(call);
    now += 1;
    expect((await authorizer.admit(call)).decision.code).toBe("insufficient_user_authentication");
  });
});

describe("the claims of a token", () => {
  const CLAIMS: readonly (readonly [title: string, claims: object, token: object])[] = [
    ["entitlements", { entitlements: ["fleet"] }, { entitlements: ["fleet"] }],
    ["no entitlements from a text", { entitlements: "fleet" }, {}],
    ["no entitlements from a list of objects", { entitlements: [{ value: "fleet" }] }, {}],
    ["a list of account types", { account_type: ["firm"] }, { account_type: ["firm"] }],
    ["no account type from a number", { account_type: 7 }, {}],
    ["acr and auth_time", { acr: "mfa", auth_time: 5 }, { acr: "mfa", auth_time: 5 }],
    ["no acr from a list, no auth_time from a text", { acr: ["mfa"], auth_time: "5" }, {}],
  ];
  it.each(titled(CLAIMS, ([title]) => title))("become %s", (_title, [, claims, token]) => {
    expect(accessTokenFromClaims({ scope: "a", ...claims })).toEqual({ scope: "a", ...token });
  });

  const authorize = async (options: object, claims: Partial<AccessToken>) => {
    const verify = () => ({ scope: "fleet:read", ...claims });
    const authorizer = createAuthorizer({ policy: shop, verify, ...options });
    return authorizer.decide("raw", "fleet_map");
  };

  it("count for entitlements only with `trustClaims`", async () => {
    const trusted = await authorize({ trustClaims: ["entitlements"] }, { entitlements: ["fleet"] });
    expect(trusted.decision.code).toBe("allowed");
    const untrusted = await authorize({ trustClaims: ["tier"] }, { entitlements: ["fleet"] });
    expect(untrusted.decision.code).toBe("upgrade_required");
    expect(untrusted.token).not.toHaveProperty("entitlements");
  });

  it("are replaced by those of `subject`, also by none", async () => {
    const of = (entitlements: unknown, claims: Partial<AccessToken> = {}) =>
      authorize({ trustClaims: ["entitlements"], subject: () => ({ entitlements }) }, claims);
    expect((await of(["fleet"])).decision.code).toBe("allowed");
    expect((await of(undefined, { entitlements: ["fleet"] })).decision.code).toBe(
      "upgrade_required",
    );
    expect((await of("fleet")).decision.code).toBe("upgrade_required");
  });

  it("are copied, so that a later change of the list has no effect", async () => {
    const entitlements = ["fleet"];
    const { token } = await authorize({ trustClaims: ["entitlements"] }, { entitlements });
    entitlements.pop();
    expect(token?.entitlements).toEqual(["fleet"]);
  });

  it("must be trusted or replaced where the policy has an entitlement", () => {
    expect(() => createAuthorizer({ policy: shop, verify: () => undefined })).toThrow(
      /conditions on tier, account type or entitlement/,
    );
  });
});

describe("an internal operation at a gate", () => {
  const NAMES = ["query.write", "internal_x", "GET /jobs/secret"];
  const TOKENS = [undefined, { scope: "database:write fleet:read" }, { scope: "a  b" }];

  it.each(NAMES)("gets the response of an unknown name, byte for byte: %s", async (name) => {
    for (const claims of TOKENS) {
      for (const credentialsFirst of [false, true]) {
        for (const signInScope of ["operation", "resource", "operation-or-resource"] as const) {
          const responses = await Promise.all(
            [name, "no_such_tool"].map(async (operation) => {
              const { authorizer, events } = createGateParts();
              const authorization = claims && bearer(claims);
              const call = { authorization, operation, credentialsFirst, signInScope };
              const admission = await authorizer.admit(call);
              const [event] = events;
              return JSON.stringify([
                admission.kind === "refused" ? admission.answer : "allowed",
                event?.operation.kind,
                event?.requirement,
              ]);
            }),
          );
          expect(responses[0]).toBe(responses[1]);
        }
      }
    }
  });

  it("is known to `decide` and `authorize` of the authorizer, with an audit event of its own", async () => {
    const { authorizer, events } = createGateParts();
    const raw = rawToken({ scope: "database:write" });
    expect((await authorizer.decide(raw, "query.write")).decision.code).toBe("allowed");
    await expect(authorizer.authorize(raw, "query.write")).resolves.toMatchObject({ sub: "ada" });
    expect(events[0]?.operation).toEqual({ name: "query.write", kind: "tool" });
    expect(events[0]?.requirement?.rules).toEqual([{ anyOf: [{ scopes: ["database:write"] }] }]);
  });

  it("cannot be named by a gate of a framework", () => {
    const { authorizer } = createGateParts();
    const makers = [expressGate, honoGate, koaGate];
    for (const make of makers) {
      const gate = make(authorizer) as unknown as (name: string) => unknown;
      expect(() => gate("query.write")).toThrow(/`query.write` is internal/);
      expect(() => gate("list_vehicles")).not.toThrow();
    }
    expect(() => operationForGate(shop as never, "internal_x")).toThrow(PolicyError);
  });

  it("is unknown to the gate for `Request`, by name and by path", async () => {
    const { authorizer } = createGateParts();
    const gate = fetchGate(authorizer) as unknown as {
      (request: Request, name: string): Promise<Response>;
      endpoint(request: Request): Promise<Response>;
    };
    const headers = { Authorization: bearer({ scope: "database:write fleet:read" }) };
    const request = new Request("https://api.example.com/jobs/secret", { headers });
    const bodyOf = async (response: Response) => [response.status, await response.text()];
    const unknown = await bodyOf(await gate(request, "no_such_tool"));
    expect(await bodyOf(await gate(request, "query.write"))).toEqual(unknown);
    expect(await bodyOf(await gate.endpoint(request))).toEqual(unknown);
  });
});

describe("the decision at a gate", () => {
  it("lists the enrichments for the handler", async () => {
    const { authorizer } = createGateParts();
    const gate = fetchGate(authorizer);
    const headers = { Authorization: bearer({ scope: "users:read users:read.mail" }) };
    const request = new Request("https://api.example.com/", { headers });
    await gate(request, "get_user" as never);
    expect(gate.decision(request)).toMatchObject({
      enriched: true,
      enrichments: ["users:read.mail"],
    });
  });
});

describe("the audit event", () => {
  const eventOf = async (operation: string, claims: Partial<AccessToken>) => {
    const { authorizer, events } = createGateParts();
    await authorizer.admit({ authorization: bearer(claims), operation });
    return events[0];
  };

  it("has the missing entitlement, those of the account, and the requirement", async () => {
    const event = await eventOf("fleet_map", {
      scope: "fleet:read",
      entitlements: ["beta"],
      account_type: ["firm", "agency"],
    });
    expect(event?.decision).toEqual({
      code: "upgrade_required",
      allowed: false,
      entitlement: "fleet",
    });
    expect(event?.actor).toMatchObject({
      entitlements: ["beta"],
      account_type: ["firm", "agency"],
    });
    expect(event?.requirement?.rules).toEqual([
      { anyOf: [{ scopes: ["fleet:read"], entitlements: ["fleet"] }] },
    ]);
  });

  it("has the first 16 entitlements of the account", async () => {
    const entitlements = Array.from({ length: 17 }, (_, index) => `e${index}`);
    const event = await eventOf("fleet_map", { scope: "fleet:read", entitlements });
    expect(event?.actor.entitlements).toEqual(entitlements.slice(0, 16));
  });

  it("has what authentication is required", async () => {
    const event = await eventOf("pay", OLD);
    expect(event?.decision).toEqual({
      code: "insufficient_user_authentication",
      allowed: false,
      acr: ["mfa", "phr"],
      maxAge: 300,
    });
    expect(event?.requirement?.rules).toEqual([
      { anyOf: [{ scopes: ["payments:write"] }], acr: ["mfa", "phr"], maxAge: 300 },
    ]);
    expect(event?.status).toBe(401);
  });

  it("has the enrichments of an allowed call", async () => {
    const event = await eventOf("get_user", { scope: "users:read users:read.phone" });
    expect(event?.decision).toMatchObject({ enriched: true, enrichments: ["users:read.phone"] });
  });
});
