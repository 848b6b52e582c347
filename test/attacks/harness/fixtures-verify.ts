// Network cases about verifiers, revocation and audit.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuthorizerOptions, createAuthorizer, type Verify } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { introspectionVerifier, jwtVerifier } from "scope-policy/verify";
import { resultOfDenial } from "./authorize.js";
import { buildAuthorizer, TIMEOUT } from "./authorizer.js";
import { type Context, sourceOfCase } from "./context.js";
import type { Json } from "./corpus.js";
import { plainOf } from "./json-text.js";
import { keySet } from "./keys.js";
import { mintJwt } from "./mint.js";
import type { Result } from "./result.js";

export type Fixture = (context: Context) => Promise<Result>;

/** Starts a server for the duration of one case. */
async function withServer<Value>(
  listener: RequestListener,
  use: (origin: string) => Promise<Value>,
): Promise<Value> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

interface Deployment {
  readonly issuer: string;
  readonly resource: string;
  readonly authorizer: (verify: Verify, options?: Partial<AuthorizerOptions>) => Authorizer;
  readonly mint: (claims: Json) => string;
}

function deploymentOf(context: Context): Deployment {
  const source = sourceOfCase(context);
  const { policy } = buildAuthorizer(source);
  const { door } = source.mapped;
  const issuer = plainOf(door.issuer ?? null) as string;
  const resource = plainOf(door.resource ?? null) as string;
  return {
    issuer,
    resource,
    authorizer: (verify, options) =>
      createAuthorizer({
        policy,
        verify,
        trustClaims: [],
        resource,
        onOutage: () => undefined,
        isRevoked: context.keeper.isRevoked,
        ...context.keeper.options,
        ...options,
      }),
    mint: (claims) => mintJwt({ claims }, { issuer, resource, now: context.now }),
  };
}

type Authorizer = ReturnType<typeof createAuthorizer>;

/** Makes one call with a token in the header. */
async function ask(
  authorizer: Authorizer,
  token: string,
  operation = "list_courses",
): Promise<Result> {
  const admission = await authorizer.admit({ authorization: `Bearer ${token}`, operation });
  return "answer" in admission
    ? resultOfDenial(admission.answer)
    : { outcomes: ["allow"], detail: "allowed", status: 200 };
}

const isAllowed = ({ outcomes }: Result) => outcomes.includes("allow");

/** Returns the response of an introspection endpoint for a valid token. */
const activeAnswer = (resource: string, exp: number) => ({
  active: true,
  scope: "courses:read",
  client_id: "app-1",
  sub: "user-1",
  aud: resource,
  exp,
  token_type: "Bearer",
});

const CLIENT = { clientId: "api", clientSecret: "only here" };

/** The token arrives at the endpoint unchanged, as one parameter. */
const formEncoding: Fixture = async (context) => {
  const { authorizer, issuer, resource } = deploymentOf(context);
  const bodies: string[] = [];
  const listener: RequestListener = (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      bodies.push(body);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ active: false }));
    });
  };
  return withServer(listener, async (origin) => {
    const verify = introspectionVerifier({
      endpoint: `${origin}/introspect`,
      issuer,
      ...CLIENT,
      audience: resource,
    });
    const door = authorizer(verify);
    const token = "a~b+c/d=";
    const result = await ask(door, token);
    const faults: string[] = [];
    const [form] = bodies.map((body) => new URLSearchParams(body));
    if (bodies.length !== 1) faults.push(`the endpoint was asked ${bodies.length} times`);
    if (form?.getAll("token").join() !== token)
      faults.push(`the endpoint got ${bodies.join(" | ")}`);
    for (const bad of ["x&active=true", "x%26active=true"]) {
      const refused = await ask(door, bad);
      if (isAllowed(refused) || bodies.length !== 1) faults.push(`\`${bad}\` reached the endpoint`);
    }
    return { ...result, faults };
  });
};

/** Many simultaneous requests with one unknown token cause few introspection requests. */
const manyAtOnce: Fixture = async (context) => {
  const { authorizer, issuer, resource } = deploymentOf(context);
  let asked = 0;
  const listener: RequestListener = (_request, response) => {
    asked += 1;
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"active":false}');
  };
  return withServer(listener, async (origin) => {
    const verify = introspectionVerifier({
      endpoint: `${origin}/introspect`,
      issuer,
      ...CLIENT,
      audience: resource,
    });
    const door = authorizer(verify);
    const results = await Promise.all(Array.from({ length: 1_000 }, () => ask(door, "unknown")));
    const faults: string[] = [];
    if (results.some(isAllowed)) faults.push("one of them was let in");
    if (asked > 5) faults.push(`the endpoint was asked ${asked} times`);
    return { ...(results[0] as Result), faults };
  });
};

/** A cache entry expires with its token, although the cache would keep it longer. */
const cacheEndsWithToken: Fixture = async (context) => {
  const { authorizer, issuer, resource } = deploymentOf(context);
  let seconds = 0;
  const body = JSON.stringify(activeAnswer(resource, context.now + 2));
  const verify = introspectionVerifier({
    endpoint: "https://as.example.com/introspect",
    issuer,
    ...CLIENT,
    audience: resource,
    cache: { seconds: 300 },
    now: () => context.now + seconds,
    fetch: async () =>
      new Response(body, { status: 200, headers: { "content-type": "application/json" } }),
  });
  const door = authorizer(verify);
  const faults: string[] = [];
  if (!isAllowed(await ask(door, "opaque"))) faults.push("the good token was refused");
  seconds = 3;
  return { ...(await ask(door, "opaque")), faults };
};

/** A revocation that arrives during the verification of a token takes effect. */
const revokedInFlight: Fixture = async (context) => {
  const { authorizer, resource, issuer, mint } = deploymentOf(context);
  const { keeper } = context;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const listener: RequestListener = (_request, response) => {
    arrive();
    void released.then(() => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(keySet()));
    });
  };
  return withServer(listener, async (origin) => {
    const verify = jwtVerifier({
      issuer,
      audience: resource,
      jwks: new URL(`${origin}/jwks`),
      algorithms: ["RS256"],
    });
    const door = authorizer(verify);
    const pending = ask(door, mint({ scope: "courses:read", jti: "in-flight" }));
    await arrived;
    await keeper.revokeId(issuer, "in-flight");
    release();
    const result = await pending;
    const control = await ask(door, mint({ scope: "courses:read" }));
    return { ...result, faults: isAllowed(control) ? [] : ["another token was refused, too"] };
  });
};

/** An outage of the revocation store denies access. */
const revocationStoreOutage: Fixture = async (context) => {
  const { authorizer, resource, issuer, mint } = deploymentOf(context);
  const verify = jwtVerifier({
    issuer,
    audience: resource,
    jwks: keySet(),
    algorithms: ["RS256"],
  });
  const stores: Readonly<Record<string, NonNullable<AuthorizerOptions["isRevoked"]>>> = {
    ...(await context.keeper.outages()),
    throws: () => {
      throw new Error("store");
    },
    rejects: () => Promise.reject(new Error("store")),
    hangs: () => new Promise(() => undefined),
    "sends no response": () => undefined as never,
  };
  const faults: string[] = [];
  let last: Result | undefined;
  for (const [name, isRevoked] of Object.entries(stores)) {
    const door = authorizer(verify, { isRevoked, timeout: TIMEOUT });
    last = await ask(door, mint({ scope: "courses:read" }));
    if (last.status !== 503) faults.push(`a store that ${name}: ${last.detail}`);
  }
  return { ...(last as Result), faults };
};

/** The audit sink and the arguments do not change the decision, and every denial is written. */
const auditChangesNoDecision: Fixture = async (context) => {
  const { authorizer } = deploymentOf(context);
  const verify: Verify = () => ({ scope: "courses:read", sub: "user-1", client_id: "a" });
  const cycle: Record<string, unknown> = { a: 1 };
  cycle["self"] = cycle;
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile: readonly unknown[] = [
    Object.defineProperty({}, "getter", {
      enumerable: true,
      get: () => {
        throw new Error("getter");
      },
    }),
    cycle,
    { big: 10n },
    revoked.proxy,
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("ownKeys");
        },
      },
    ),
    {
      toJSON: () => {
        throw new Error("toJSON");
      },
    },
    { symbol: Symbol("s"), fn: () => 1, date: new Date(Number.NaN) },
  ];
  const sinks: Readonly<Record<string, (event: AuditEvent) => unknown>> = {
    works: context.keeper.audit,
    throws: () => {
      throw new Error("sink");
    },
    rejects: () => Promise.reject(new Error("sink")),
    "is slow": () => new Promise((resolve) => setTimeout(resolve, 20)),
    hangs: () => new Promise(() => undefined),
  };
  const faults: string[] = [];
  for (const [name, sink] of Object.entries(sinks)) {
    const lines: string[] = [];
    const audit = (event: AuditEvent): unknown => {
      lines.push(JSON.stringify(event));
      return sink(event);
    };
    const door = authorizer(verify, { audit, onAuditError: "continue", timeout: 30 });
    const calls = name === "works" ? hostile : hostile.slice(0, 1);
    for (const args of calls) {
      for (const operation of ["list_courses", "delete_course", "unknown"]) {
        const wanted = operation === "list_courses";
        const { decision } = await door.admit({
          authorization: "Bearer token",
          operation,
          arguments: args,
        });
        if (decision.allowed !== wanted)
          faults.push(`a sink that ${name} changed \`${operation}\``);
      }
    }
    // a caller that does not wait for the sink gets its response before the event exists
    for (let wait = 0; wait < 20 && lines.length < calls.length * 3; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (lines.length !== calls.length * 3) {
      faults.push(`a sink that ${name}: ${lines.length} events of ${calls.length * 3} decisions`);
    }
  }
  const written = await context.keeper.lines();
  if (written.length !== hostile.length * 3) faults.push(`${written.length} events are written`);
  return { outcomes: ["allow"], detail: "decided as without audit", faults };
};

export const VERIFY_FIXTURES: readonly (readonly [id: string, fixture: Fixture])[] = [
  ["INTROSPECTION-043", formEncoding],
  ["INTROSPECTION-044", manyAtOnce],
  ["SEQUENCE-019", cacheEndsWithToken],
  ["SEQUENCE-020", revokedInFlight],
  ["SEQUENCE-021", revocationStoreOutage],
  ["AUDIT-049", auditChangesNoDecision],
];
