import { createServer } from "node:http";
import express from "express";
import { type AuthorizerOptions, createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createOutageReporter } from "../../src/resource-server/callbacks.js";
import { listen } from "../contract/listen.js";
import { jsonObject, type Running } from "../contract/subject.js";
import { send } from "../contract/wire.js";
import { parseChallenge } from "../resource-server/challenge-parser.js";

// an application whose callers have sessions, and no tokens

const open: Running[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((running) => running.close()));
});

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  endpoints: {
    "GET /settings": "school:read",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
    "GET /purge": { deny: "Nothing is purged." },
  },
});

/** Starts an application in which a function authenticates callers, and returns a function that asks it. */
async function start(authenticate: () => unknown, options: Partial<AuthorizerOptions> = {}) {
  const onRejected = () => undefined;
  const gate = expressGate(createAuthorizer({ policy, onRejected, ...options }), { authenticate });
  const app = express();
  for (const path of ["/settings", "/accounts/:accountID", "/purge"]) {
    app.get(path, gate.endpoint(), (_req, res) => void res.end());
  }
  const running = await listen(createServer(app));
  open.push(running);
  return async (path = "/settings", headers: readonly string[] = []) => {
    const {
      status,
      headers: received,
      body,
    } = await send(running.port, {
      method: "GET",
      path,
      headers,
    });
    const [challenge] = received.get("www-authenticate") ?? [];
    return { status, challenge, body, problem: body === "" ? {} : jsonObject(body) };
  };
}

describe("the texts of denials to callers without tokens", () => {
  it.each<[what: string, claims: object | undefined, path: string, error: string, detail: string]>([
    ["none", undefined, "/settings", "unauthenticated", "authentication required: sign in"],
    [
      "an expired session",
      { scope: "school:read", exp: 1 },
      "/settings",
      "invalid_token",
      "the sign-in is not valid: sign in again",
    ],
    [
      "a session with another value",
      { scope: "/accounts/a/read" },
      "/accounts/b",
      "binding_mismatch",
      "the sign-in is bound to another value of the parameter",
    ],
    [
      "a session without the scope",
      { scope: "" },
      "/settings",
      "insufficient_scope",
      "more scope is needed: the user can grant it",
    ],
    ["a session", { scope: "" }, "/purge", "denied", "denied: Nothing is purged."],
  ])("do not speak of tokens: %s", async (_what, claims, path, error, detail) => {
    const { challenge, problem } = await (await start(() => claims))(path);
    expect(problem).toMatchObject({ error, detail });
    expect(detail).not.toMatch(/token/i);
    if (challenge === undefined) return;
    expect(parseChallenge(challenge).get("error_description") ?? "").not.toMatch(/token/i);
  });

  it("leave the challenge and the codes as RFC 6750 has them", async () => {
    const ask = await start(() => ({ scope: "school:read", exp: 1 }));
    const { status, challenge, problem } = await ask();
    expect({ status, code: problem["error"] }).toEqual({ status: 401, code: "invalid_token" });
    expect(Object.fromEntries(parseChallenge(challenge))).toEqual({
      error: "invalid_token",
      error_description: "The sign-in is not valid here",
      realm: "School",
    });
  });

  it("speak of tokens if the authorizer verifies tokens", async () => {
    const ask = await start(() => undefined, { verify: () => undefined });
    expect((await ask()).problem["detail"]).toMatch(/access token/);
    const { challenge, problem } = await ask("/settings", ["Authorization: Bearer abc"]);
    expect(problem["detail"]).toMatch(/access token/);
    expect(parseChallenge(challenge).get("error_description")).toMatch(/access token/);
  });
});

describe("an outage of `authenticate`", () => {
  const SESSION_ID = "s%3AaB3dE5fG7hI9jK1lM3nO5pQ7.r2S4t6U8v0W";
  const fail = () => {
    throw new TypeError(`cannot read\n'user' of session ${SESSION_ID}`);
  };
  const LINE = "scope-policy: outage of `authenticate` (TypeError)";
  const EXPLAINED = `${LINE}: cannot read 'user' of session …. Further messages are not logged: see \`onOutage\`.`;

  /** Asks twice, and returns the logged lines. No response contains a part of the error. */
  const linesOf = async (authenticate: () => unknown, options: Partial<AuthorizerOptions> = {}) => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    const ask = await start(authenticate, options);
    for (const { status, body } of [await ask(), await ask()]) {
      expect(status).toBe(503);
      expect(body).not.toMatch(/user|session|TypeError|boom/);
    }
    return log.mock.calls.map(([line]) => String(line));
  };

  it.each<[what: string, authenticate: () => unknown]>([
    ["throws", fail],
    ["rejects", async () => fail()],
  ])(
    "that %s is logged with its message once, without credentials",
    async (_what, authenticate) => {
      expect(await linesOf(authenticate)).toEqual([EXPLAINED, LINE]);
    },
  );

  it.each<[what: string, error: Error, line: string]>([
    ["a text", "boom" as unknown as Error, "(string): boom."],
    ["nothing", undefined as unknown as Error, "(undefined): no message."],
    [
      "a connection error without a message",
      Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
      "(AggregateError): ECONNREFUSED.",
    ],
    ["a long message", new Error("boom ".repeat(100_000)), `(Error): ${"boom ".repeat(40)}.`],
  ])("of %s is logged", async (_what, error, line) => {
    const [first = ""] = await linesOf(() => Promise.reject(error));
    expect(first).toContain(`outage of \`authenticate\` ${line}`);
  });

  it("is logged without its message in production", async () => {
    vi.stubEnv("NODE_ENV", "production");
    expect(await linesOf(fail)).toEqual([LINE, LINE]);
  });

  it("is passed to `onOutage`, and then not logged", async () => {
    const onOutage = vi.fn();
    expect(await linesOf(fail, { onOutage })).toEqual([]);
    expect(onOutage).toHaveBeenCalledTimes(2);
    expect(onOutage).toHaveBeenCalledWith({
      source: "authenticate",
      error: expect.any(TypeError) as unknown,
    });
  });

  it("is logged without its message if the environment cannot be read", () => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    const { report } = createOutageReporter(undefined);
    vi.stubGlobal("process", { env: new Proxy({}, { get: fail }) });
    try {
      report({ source: "authenticate", error: new TypeError("boom") });
    } finally {
      vi.unstubAllGlobals();
    }
    expect(log.mock.calls).toEqual([[LINE]]);
  });
});
