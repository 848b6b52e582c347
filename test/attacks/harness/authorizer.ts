// The authorizer of a corpus policy, as a deployment builds it: verifiers, account facts, revocation, authorizer.
import {
  type AccessToken,
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  loadPolicy,
  type Policy,
  type SubjectFacts,
  type Verify,
} from "scope-policy";
import { introspectionVerifier, jwtVerifier } from "scope-policy/verify";
import { type Json, type JsonObject, member, textOf } from "./corpus.js";
import { hasDuplicates, plainOf, printWritten, readWritten, writtenOf } from "./json-text.js";
import { createMemoryKeeper, type Keeper } from "./keeper.js";
import { keySet } from "./keys.js";
import { type Mapped, mapPolicy } from "./policy-mapping.js";

export interface CaseAuthorizer {
  readonly policy: Policy;
  readonly authorizer: Authorizer;
  readonly mapped: Mapped;
  /** The responses of the introspection endpoint, by token text. */
  readonly answers: Map<string, JsonObject>;
  /** The claims of every verified token, by token text. */
  readonly claims: ReadonlyMap<string, JsonObject>;
}

/** A policy to load: its definition for this library, as data or as text, and the options of its authorizer. */
export interface Source {
  readonly mapped: Mapped;
  readonly source: unknown;
}

/** Maps the policy of a case. */
export function sourceOf(policy: Json | undefined): Source {
  const mapped = mapPolicy(writtenOf(policy));
  const { definition } = mapped;
  return {
    mapped,
    source: hasDuplicates(definition) ? printWritten(definition) : plainOf(definition),
  };
}

const BOM = "\ufeff";

/** Maps the text of a policy as text, with duplicate keys and the byte order mark. Text that is not JSON stays unchanged. */
export function sourceOfText(text: string): Source {
  const mark = text.startsWith(BOM) ? BOM : "";
  const written = readWritten(text.slice(mark.length));
  const mapped = mapPolicy(written ?? null);
  return { mapped, source: written === undefined ? text : mark + printWritten(mapped.definition) };
}

/** Timeout of every callback and of every raw connection, in milliseconds. */
export const TIMEOUT = 150;

/** Builds the authorizer. Throws `PolicyError` for an invalid policy, verifier or authorizer. */
export function buildAuthorizer(
  { mapped, source }: Source,
  extra: Partial<AuthorizerOptions> = {},
  keeper: Keeper = createMemoryKeeper(),
): CaseAuthorizer {
  const policy = loadPolicy(source);
  const { door } = mapped;
  const audience = plain(door.resource) as string;
  const issuer = plain(door.issuer) as string;
  const answers = new Map<string, JsonObject>();
  const good = new Map<string, JsonObject>();
  const jwt = jwtVerifier({
    issuer,
    audience,
    jwks: keySet(),
    algorithms: ["RS256", "ES256"],
    ...(door.scopeClaim !== undefined && { scopeClaim: door.scopeClaim }),
  });
  const introspect = introspectionVerifier({
    endpoint: "https://as.example.com/introspect",
    issuer,
    clientId: "api",
    clientSecret: "only here",
    audience,
    timeout: TIMEOUT,
    fetch: async (_url, init) => answerOf(answers, init),
  });
  const verify: Verify = async (rawToken) => {
    const isOpaque = answers.has(rawToken);
    const token = await (isOpaque ? introspect(rawToken) : jwt(rawToken));
    if (token === undefined || token === null) return token;
    good.set(rawToken, token as unknown as JsonObject);
    if (door.tierClaim === "tier") return token;
    const carried = isOpaque ? member(answers.get(rawToken), "body") : claimsOf(rawToken);
    return { ...token, tier: member(carried, door.tierClaim) } as AccessToken;
  };
  const authorizer = createAuthorizer({
    ...keeper.options,
    policy,
    verify,
    trustClaims: ["tier", "account_type", "first_party"],
    resource: audience,
    authorizationServers: [issuer],
    subject: ({ client_id = "" }): SubjectFacts => ({
      first_party: door.firstParty.has(client_id),
    }),
    isRevoked: (token) => door.deniedClients.has(token.client_id ?? "") || keeper.isRevoked(token),
    onOutage: () => undefined,
    ...extra,
  });
  return { policy, authorizer, mapped, answers, claims: good };
}

const plain = (value: Mapped["door"]["issuer"]) =>
  value === undefined ? undefined : plainOf(value);

function claimsOf(rawToken: string): unknown {
  return JSON.parse(Buffer.from(rawToken.split(".")[1] ?? "", "base64url").toString("utf8"));
}

/** Returns the response of the introspection endpoint, as the corpus specifies it. */
async function answerOf(
  answers: ReadonlyMap<string, JsonObject>,
  init: RequestInit,
): Promise<Response> {
  const token = new URLSearchParams(init.body as string).get("token") ?? "";
  const script = answers.get(token);
  if (member(script, "timeout") === true) {
    return new Promise((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  }
  if (script === undefined || member(script, "networkError") === true) {
    throw new TypeError("fetch failed");
  }
  const text = member(script, "bodyText");
  const body = typeof text === "string" ? text : JSON.stringify(member(script, "body") ?? null);
  return new Response(body, {
    status: Number(member(script, "status") ?? 200),
    headers: {
      "content-type": textOf(member(script, "contentType") ?? "application/json"),
      location: "https://as.example.com/elsewhere",
    },
  });
}
