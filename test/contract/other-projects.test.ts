import { createServer } from "node:http";
import { connect } from "node:http2";
import express from "express";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { authorizationServerMetadata } from "../../src/discovery/authorization-server-metadata.js";
import { expressGate } from "../../src/express.js";
import { scopePolicy } from "../../src/fastify.js";
import { createAuthorizer } from "../../src/resource-server/authorizer.js";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { introspectionVerifier } from "../../src/verify/introspection.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { titled } from "../titled.js";
import { inSeconds, mint, OPTIONS } from "../verify/fixtures.js";
import type { ContractCase, Expected } from "./case.js";
import { stepUp } from "./cases-decisions.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { listen } from "./listen.js";
import { MCP_SUBJECTS } from "./mcp-subject.js";
import { type Challenge, readChallenge, type Subject } from "./subject.js";
import { describeCases } from "./suite.js";
import { send } from "./wire.js";
import { CONTRACT_POLICY, createWorld } from "./world.js";

// requests that gates of other projects have let through, by their advisories and issues, with every adapter

const HTTP_SUBJECTS = [...EXPRESS_SUBJECTS, ...FASTIFY_SUBJECTS, ...FETCH_SUBJECTS];
const SUBJECTS: readonly Subject[] = [...HTTP_SUBJECTS, ...MCP_SUBJECTS];

const insufficientScope = "insufficient_scope";
const invalidToken = "invalid_token";

/** Claims of a verified token, with the mistake that another project made with them. */
const CLAIMS: readonly (readonly [
  id: string,
  failure: string,
  claims: object,
  code: typeof insufficientScope | typeof invalidToken,
])[] = [
  [
    "no-client",
    "no client: the check is skipped",
    { sub: "a", scope: "mcp:tools" },
    insufficientScope,
  ],
  ["no-scope", "no scope: everything", { sub: "a" }, invalidToken],
  ["null-scope", "a scope of null: everything", { scope: null }, invalidToken],
  ["no-claims", "no claims at all: everything", {}, invalidToken],
  ["empty-list", "an empty list: a default", { scope: [] }, insufficientScope],
  [
    "other-claims",
    "scopes of other claims too",
    { scope: "mcp:tools", scp: ["courses:read"] },
    insufficientScope,
  ],
  [
    "extended",
    "`courses:readwrite` has the text",
    { scope: "mcp:tools courses:readwrite" },
    insufficientScope,
  ],
  [
    "embedded",
    "`xcourses:read` has the text",
    { scope: "mcp:tools xcourses:read" },
    insufficientScope,
  ],
  [
    "prefix",
    "`courses:r` starts as it does",
    { scope: "mcp:tools courses:r courses" },
    insufficientScope,
  ],
  [
    "embedded-list",
    "a list of one long text",
    { scope: ["mcp:tools", "all-courses:read"] },
    insufficientScope,
  ],
  ["joined-list", "a member of two scopes", { scope: ["mcp:tools courses:read"] }, invalidToken],
  ["nested-list", "a list in a list", { scope: [["mcp:tools", "courses:read"]] }, invalidToken],
  ["comma", "a list with commas", { scope: "mcp:tools,courses:read" }, insufficientScope],
  [
    "stars",
    "stars are patterns",
    { scope: "mcp:tools courses:* *:read * ** courses:rea?" },
    insufficientScope,
  ],
  [
    "regex",
    "a scope is a regular expression",
    { scope: "mcp:tools courses.read .*" },
    insufficientScope,
  ],
  [
    "case",
    "the case is folded",
    { scope: "MCP:TOOLS COURSES:READ Courses:Read" },
    insufficientScope,
  ],
  ["long-s", "`ſ` folds to `s`", { scope: "mcp:tools cour\u017fes:read" }, invalidToken],
  [
    "full-width",
    "a look-alike is normalised",
    { scope: "mcp:tools courses\uff1aread" },
    invalidToken,
  ],
  [
    "inherited",
    "names of every object",
    { scope: "mcp:tools constructor __proto__" },
    insufficientScope,
  ],
];

const EXPECTED: Readonly<Record<"tool" | "endpoint", Readonly<Record<string, Expected>>>> = {
  tool: {
    [insufficientScope]: stepUp("courses:read mcp:tools"),
    [invalidToken]: { refused: [401] },
  },
  endpoint: { [insufficientScope]: stepUp("courses:read"), [invalidToken]: { refused: [401] } },
};

const claimCases = (["tool", "endpoint"] as const).flatMap((surface) =>
  CLAIMS.map(
    ([id, failure, , code]): ContractCase => ({
      id: `${surface}-${id}`,
      surface,
      title: `responds with \`${code}\` (elsewhere: ${failure})`,
      authorization: [`Bearer ${id}`],
      request: surface === "tool" ? { tool: "list_courses" } : { method: "GET", path: "/courses" },
      expect: EXPECTED[surface][code] as Expected,
    }),
  ),
);

/** Request targets that a gate of another project read differently than its router. */
const targetCases = [
  "admin",
  "*",
  "/admin%0a",
  "/admin%0d%0a",
  "/admin\xa0",
  "/admin\t",
  "/admin%2500",
].map(
  (path): ContractCase => ({
    id: `target-${JSON.stringify(path)}`,
    surface: "endpoint",
    title: "refuses an invalid request target that resembles `/admin`",
    authorization: ["Bearer administrator"],
    request: { method: "GET", path },
    expect: { refused: [400, 403, 404] },
  }),
);

const claimTokens = Object.fromEntries(
  CLAIMS.map(([id, , claims]) => [id, claims as AccessToken] as const),
);

for (const subject of SUBJECTS) {
  describeCases(
    `${subject.name}, with a known failure of other projects,`,
    { ...subject, cannot: {} },
    [...claimCases, ...targetCases],
    () => createWorld(CONTRACT_POLICY, { ...claimTokens, administrator: { scope: "admin:read" } }),
  );
}

type Source = "verify" | "subject" | "isRevoked" | "audit";
type Callbacks = Required<Pick<AuthorizerOptions, Source>>;

const READER = { sub: "reader", client_id: "c", scope: "mcp:tools courses:read" };
const GOOD: Callbacks = {
  verify: () => READER,
  subject: () => undefined,
  isRevoked: () => false,
  audit: () => undefined,
};

const throwPrivate = () => {
  throw new Error('secret inner words; Bearer scope="admin:all"');
};
const FAILURES: Readonly<Record<string, () => never>> = {
  throws: throwPrivate,
  rejects: (async () => throwPrivate()) as () => never,
  "never settles": () => new Promise(() => undefined) as never,
  "returns nonsense": () => Symbol("nonsense") as never,
};
const down = async () => new Response("{}", { status: 500 });

const FAULTS: readonly (readonly [what: string, asked: Partial<Callbacks>])[] = [
  ...(["verify", "subject", "isRevoked", "audit"] as const).flatMap((source) =>
    Object.entries(FAILURES)
      // an audit may return anything
      .filter(([way]) => source !== "audit" || way !== "returns nonsense")
      .map(([way, run]) => [`${source} ${way}`, { [source]: run }] as const),
  ),
  [
    "the keys are unavailable",
    { verify: jwtVerifier({ ...OPTIONS, jwks: "https://as.example.com/jwks", fetch: down }) },
  ],
  ["the clock fails", { verify: jwtVerifier({ ...OPTIONS, now: () => Number.NaN }) }],
  [
    "introspection is unavailable",
    {
      verify: introspectionVerifier({
        endpoint: "https://as.example.com/introspect",
        issuer: "https://as.example.com",
        bearer: "api",
        audience: "https://api.example.com/mcp",
        fetch: down,
      }),
    },
  ],
];

describe("a failure of a callback, of the keys, of the clock or of introspection", () => {
  it.each(titled(SUBJECTS, ({ name }) => name))(
    "makes %s respond with 503 in time, until the failure ends",
    async (_name, subject) => {
      let callbacks = GOOD;
      const visits: string[] = [];
      const running = await subject.start({
        authorizer: createAuthorizer({
          policy: loadPolicy(CONTRACT_POLICY),
          resource: "https://api.example.com/mcp",
          timeout: 20,
          retryAfter: 7,
          onOutage: () => undefined,
          verify: (rawToken) => callbacks.verify(rawToken),
          subject: (token) => callbacks.subject(token),
          isRevoked: (token) => callbacks.isRevoked(token),
          audit: (event) => callbacks.audit(event),
        }),
        patternTools: ["lesson_open"],
        reach: (operation) => void visits.push(operation),
      });
      const authorization = `Authorization: Bearer ${await mint()}`;
      const tool = subject.toolRequest("list_courses", {});
      const calls = [
        { ...tool, headers: [...(tool.headers ?? []), authorization] },
        ...("endpoint" in subject.lacks
          ? []
          : [{ method: "GET", path: "/courses", headers: [authorization] }]),
      ];
      for (const call of calls) {
        for (const [what, out] of FAULTS) {
          callbacks = { ...GOOD, ...out };
          const response = await send(running.port, call);
          const { status, code, challenge } = subject.read(response);
          // in a stream of the protocol a result reports the outage of the audit
          const isResult = what.startsWith("audit") && "tool-outage-audit" in subject.cannot;
          expect([what, status, code]).toEqual([
            what,
            isResult ? "result" : 503,
            "temporarily_unavailable",
          ]);
          if (!isResult) expect(response.headers.get("retry-after")).toEqual(["7"]);
          expect(challenge).toBeUndefined();
          expect(response.body).not.toMatch(/secret|admin/);
        }
        expect(visits).toEqual([]);
        callbacks = GOOD;
        expect((await send(running.port, call)).status).toBe(200);
        expect(visits.splice(0)).toHaveLength(1);
      }
      await running.close();
    },
  );
});

const policy = loadPolicy(CONTRACT_POLICY);
const resource = "https://api.example.com/mcp";
const OURS = { policy, resource, trustClaims: [] };

async function challengeOf(
  authorizer: ReturnType<typeof createAuthorizer>,
  authorization: string | undefined,
): Promise<readonly [number, Challenge]> {
  const admission = await authorizer.admit({ authorization, operation: "list_courses" });
  if (!("answer" in admission)) throw new Error("allowed");
  const { status, headers } = admission.answer;
  return [status, readChallenge(headers["WWW-Authenticate"] as string)];
}

describe("a token", () => {
  it("that has expired gets `invalid_token` before any challenge for a scope", async () => {
    const authorizer = createAuthorizer({ ...OURS, verify: jwtVerifier(OPTIONS) });
    const claims = { exp: inSeconds(-60), scope: "courses:write" };
    const [status, challenge] = await challengeOf(authorizer, `Bearer ${await mint({ claims })}`);
    expect([status, challenge.get("error")]).toEqual([401, "invalid_token"]);
    expect(challenge.has("scope")).toBe(false);
    // a valid token with the same scope gets a challenge for a scope
    const good = await mint({ claims: { scope: "courses:write" } });
    expect((await challengeOf(authorizer, `Bearer ${good}`))[1].get("error")).toBe(
      insufficientScope,
    );
  });

  it("from the cache gets a decision for each operation", async () => {
    const authorizer = createAuthorizer({ ...OURS, verify: jwtVerifier(OPTIONS) });
    const token = await mint({ claims: { scope: "mcp:tools courses:read" } });
    const codeOf = async (name: "list_courses" | "update_course") =>
      (await authorizer.decide(token, name)).decision.code;
    for (let hit = 0; hit < 2; hit++) {
      expect(await codeOf("list_courses")).toBe("allowed");
      expect(await codeOf("update_course")).toBe(insufficientScope);
    }
  });

  it("that one introspection endpoint accepts is still checked at another", async () => {
    const answers = { first: true, second: false };
    const verifierOf = (name: keyof typeof answers) =>
      introspectionVerifier({
        endpoint: `https://${name}.example.com/introspect`,
        issuer: "https://as.example.com",
        bearer: "api",
        audience: resource,
        now: () => inSeconds(0),
        fetch: async () =>
          Response.json({
            active: answers[name],
            scope: "openid",
            aud: resource,
            exp: inSeconds(9),
          }),
      });
    const [first, second] = [verifierOf("first"), verifierOf("second")];
    expect(await first("opaque")).toMatchObject({ scope: "openid" });
    expect(await second("opaque")).toBeUndefined();
    expect(await first("opaque")).toMatchObject({ scope: "openid" });
  });
});

it("metadata of the resource, metadata of the authorization server and challenges name consistent scopes", async () => {
  const authorizer = createAuthorizer({ ...OURS, verify: () => undefined });
  const minimal = authorizer.metadata()?.document.scopes_supported;
  const all = authorizationServerMetadata(policy, { issuer: "https://as.example.com" });
  const [, challenge] = await challengeOf(authorizer, undefined);
  expect(challenge.get("scope")).toBe("courses:read mcp:tools");
  expect(challenge.get("scope")?.split(" ")).toEqual(expect.arrayContaining([...(minimal ?? [])]));
  expect(all.scopes_supported).toEqual(expect.arrayContaining([...(minimal ?? [])]));
});

/** Mount paths under which a router serves `GET /v1/projects/:projectId` and other paths. */
const MOUNTS: readonly (readonly [what: string, mount: string | RegExp | string[]])[] = [
  ["a pattern", /^\/v\d/],
  ["a list", ["/v1", "/x"]],
  ["another case", "/V1"],
  ["a parameter", "/:version"],
];

describe("a router of Express, mounted by", () => {
  it.each(MOUNTS)("%s, serves its endpoint only at the path of the policy", async (_, mount) => {
    const world = createWorld();
    const gate = expressGate(world.authorizer);
    const router = express.Router();
    router.get("/projects/:projectId", gate.endpoint(), (_req, res) => void res.end("reached"));
    const running = await listen(createServer(express().use(mount, router)));
    const ask = (path: string, token: string) =>
      send(running.port, { method: "GET", path, headers: [`Authorization: Bearer ${token}`] });
    expect((await ask("/v1/projects/a", "reader")).body).toBe("reached");
    expect((await ask("/v1/projects/a", "admin-only")).status).toBe(403);
    for (const path of ["/x/projects/a", "/V1/projects/a", "/v2/projects/a", "/v1/projects/a/"]) {
      expect([403, 404], path).toContain((await ask(path, "reader")).status);
    }
    await running.close();
  });
});

it("a method of HTTP/2 with the name of a property of every object is refused", async () => {
  const app = fastify({ http2: true });
  const world = createWorld();
  await app.register(scopePolicy, { authorizer: world.authorizer });
  app.get("/courses", { config: { endpoint: true } }, async () => {
    world.reach("GET /courses", undefined);
    return "ok";
  });
  const session = connect(await app.listen({ host: "127.0.0.1", port: 0 }));
  const statusOf = (method: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const fields = { ":path": "/courses", ":method": method, authorization: "Bearer reader" };
      const stream = session.request(fields);
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.on("error", reject);
      stream.resume();
    });
  for (const method of ["constructor", "__proto__", "toString", "get"]) {
    expect([403, 404, 405], method).toContain(await statusOf(method));
  }
  expect(world.takeVisits()).toEqual([]);
  expect(await statusOf("GET")).toBe(200);
  session.close();
  await app.close();
});
