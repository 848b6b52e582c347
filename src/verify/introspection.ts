import { readOwn } from "../decision/access-token.js";
import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import { isBearerToken } from "../resource-server/credentials.js";
import type { Verify } from "../resource-server/token-verifier.js";
import { hideReasons, rejected, type Verdict } from "../resource-server/verifier-result.js";
import { type ClaimRules, claimChecks, endOf, tokenOf } from "./claim-checks.js";
import { requiredClaims, sharedRules } from "./claim-rules.js";
import { createClock } from "./clock.js";
import { fetchJson } from "./fetch-json.js";
import { isIssuer, issuersOf } from "./issuers.js";
import type { JsonObject } from "./json-object.js";
import { createSingleFlight } from "./single-flight.js";
import { createTokenCache } from "./token-cache.js";
import { firstFault, withOrigin } from "./token-check.js";
import { kindRules, RESPONSE_KINDS } from "./token-kind.js";
import {
  cacheOf,
  DEFAULT_TIMEOUT,
  isServer,
  isTextOption,
  isTextOrList,
  rejectWith,
  runtimeFetch,
  snapshotOf,
  VERIFIER_CHECKS,
  type VerifierOptions,
} from "./verifier-options.js";
import { VerifierOutage } from "./verifier-outage.js";

/**
 * Options of {@link introspectionVerifier}. `endpoint`, `issuer`, the credentials (`clientId` and `clientSecret`, or
 * `bearer`) and `audience` have no defaults.
 */
export interface IntrospectionVerifierOptions extends VerifierOptions {
  /** URL of the introspection endpoint: `https`, or a loopback host. */
  readonly endpoint: URL | string;
  /** Client ID of this resource server at the authorization server. */
  readonly clientId?: string;
  /** Client secret of `clientId`. */
  readonly clientSecret?: string;
  /** How `clientId` and `clientSecret` are sent: `"client_secret_basic"` or `"client_secret_post"`. Default: `"client_secret_basic"`. */
  readonly clientAuth?: "client_secret_basic" | "client_secret_post";
  /** Access token for the endpoint. It replaces `clientId` and `clientSecret`. */
  readonly bearer?: string;
  /** Identifiers of this resource server. The response's `aud` must name one of them exactly. */
  readonly audience?: string | readonly string[];
  /** Accepts responses with a missing or different `aud`. Set it only if the server reports only tokens for this resource server as active. Default: `false`. */
  readonly dangerouslySkipAudience?: boolean;
  /** Issuer of the tokens. A response with another `iss` is rejected, a response without `iss` is accepted. */
  readonly issuer: string;
}

const isBearer: OptionCheck = (value) =>
  isBearerToken(value) ? undefined : "expected an access token";

function checksOf(given: Partial<IntrospectionVerifierOptions>) {
  const client = (check: OptionCheck) =>
    given.bearer === undefined ? check : rejectWith("cannot be combined with `bearer`");
  return {
    ...VERIFIER_CHECKS,
    endpoint: required(isServer),
    clientId: client(required(isTextOption)),
    clientSecret: client(required(isTextOption)),
    clientAuth: client(optional(oneOf("client_secret_basic", "client_secret_post"))),
    bearer: optional(isBearer),
    audience:
      given.dangerouslySkipAudience === true
        ? rejectWith("cannot be combined with `dangerouslySkipAudience`")
        : required(isTextOrList),
    audienceClaim:
      given.dangerouslySkipAudience === true
        ? rejectWith("cannot be combined with `dangerouslySkipAudience`")
        : VERIFIER_CHECKS.audienceClaim,
    dangerouslySkipAudience: optional(oneOf(true, false)),
    issuer: required(isIssuer),
  } satisfies Record<keyof IntrospectionVerifierOptions, OptionCheck>;
}

const MAX_RESPONSE_BYTES = 65_536;
const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;

/** Short, because introspection is for noticing revocations. */
const CACHE_SECONDS = 10;

/**
 * Creates a verifier for `createAuthorizer` that asks the authorization server about every token (RFC 7662). Use it for opaque
 * tokens, and if revocations must take effect quickly.
 *
 * The verifier returns `undefined` for a token that is inactive, has another issuer or audience, is of another kind (an ID
 * token, a refresh token, a token bound to a key), has expired or is not yet valid. It returns a cached token without a
 * promise. It throws {@link VerifierOutage} for every unusable response: a status other than 200, a redirect, a content type
 * other than JSON, a missing `active`, a timeout. Concurrent calls with the same token share one request. Only active tokens
 * are cached.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid options at once
 *
 * {@link https://www.rfc-editor.org/rfc/rfc7662.html#section-2 RFC 7662, section 2}
 *
 * @example
 * ```ts
 * import { introspectionVerifier } from "scope-policy/verify";
 *
 * const verify = introspectionVerifier({
 *   endpoint: "https://auth.example.com/oauth/introspect",
 *   issuer: "https://auth.example.com",
 *   clientId: "shop-api",
 *   clientSecret: "kept elsewhere",
 *   audience: "https://api.example.com/mcp",
 * });
 * ```
 */
export function introspectionVerifier(options: IntrospectionVerifierOptions): Verify {
  const given = snapshotOf(options);
  checkOptions("`introspectionVerifier`", given, checksOf(given));
  const { timeout = DEFAULT_TIMEOUT, fetch = runtimeFetch } = given;
  const rules = rulesOf(given);
  const url = new URL(given.endpoint).href;
  const clock = createClock(given.now);
  const tokenCache = createTokenCache(cacheOf(given.cache, CACHE_SECONDS));
  const flight = createSingleFlight<Verdict>();
  const initFor = createRequestFactory(given);
  const checkResponse = createResponseCheck(rules);

  const introspect = async (rawToken: string): Promise<Verdict> => {
    const from = clock();
    const answer = await fetchJson({
      url,
      init: initFor(rawToken),
      fetch,
      timeout,
      maxBytes: MAX_RESPONSE_BYTES,
      mediaType: JSON_TYPE,
    });
    const verdict = checkResponse(answer, clock());
    if (verdict.kind === "token") {
      tokenCache.set(rawToken, verdict, from, endOf(verdict.token, rules));
    }
    // a rejection quotes values of the response, and must not contain the token
    const isHidden = verdict.kind === "rejected" && repeatsText(answer, rawToken);
    return isHidden ? rejected(verdict.reason, REPEATED) : verdict;
  };

  return hideReasons(
    (rawToken) => {
      // the text of a token in the cache was tested before
      const isKnown = typeof rawToken === "string" && tokenCache.textOf(rawToken) !== undefined;
      if (!isKnown && !isBearerToken(rawToken)) return rejected("malformed", MALFORMED);
      return tokenCache.get(rawToken, clock()) ?? flight(rawToken, () => introspect(rawToken));
    },
    (rawToken) => tokenCache.textOf(rawToken),
  );
}

/** Creates the requests of RFC 7662, section 2.1, with the credentials of RFC 6749, section 2.3.1, or of RFC 6750. */
function createRequestFactory({
  clientId = "",
  clientSecret = "",
  clientAuth = "client_secret_basic",
  bearer,
}: IntrospectionVerifierOptions): (rawToken: string) => RequestInit {
  const isInBody = bearer === undefined && clientAuth === "client_secret_post";
  const basic = `Basic ${btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)}`;
  const headers = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
    ...(!isInBody && { authorization: bearer === undefined ? basic : `Bearer ${bearer}` }),
  };
  const client = isInBody ? { client_id: clientId, client_secret: clientSecret } : {};
  return (rawToken) => ({
    method: "POST",
    headers,
    body: new URLSearchParams({
      token: rawToken,
      token_type_hint: "access_token",
      ...client,
    }).toString(),
  });
}

/** Encodes a client ID or secret as `application/x-www-form-urlencoded`, before a colon joins them (RFC 6749, section 2.3.1). */
function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

/** Returns the rules for the members of a response. */
function rulesOf(options: IntrospectionVerifierOptions): ClaimRules {
  const { audience = [], audienceClaim: claim = "aud", issuer } = options;
  const { dangerouslySkipAudience = false, dangerouslyIgnoreConfirmation = false } = options;
  return {
    ...sharedRules(options, false),
    issuers: issuersOf(issuer),
    audience: dangerouslySkipAudience ? undefined : { values: new Set([audience].flat()), claim },
    required: requiredClaims(options, !dangerouslySkipAudience, [], WITHOUT_AUD),
    kinds: kindRules(RESPONSE_KINDS, dangerouslyIgnoreConfirmation),
    listAdvice: undefined,
  };
}

/** Creates the check of a response. An active token can still be for another server, for another use or for another time. */
function createResponseCheck(rules: ClaimRules): (answer: JsonObject, now: number) => Verdict {
  const checks = claimChecks(rules);
  return (answer, now) => {
    const active = readOwn(answer, "active");
    if (active === false) return rejected("inactive", INACTIVE);
    if (active !== true) throw new VerifierOutage("malformed");
    const fault = firstFault(checks, answer, now);
    return fault === undefined
      ? { kind: "token", token: tokenOf(answer, rules) }
      : withOrigin(fault, answer);
  };
}

const MALFORMED = "the text is not one bearer token (RFC 6750, section 2.1)";
const INACTIVE =
  "the authorization server responded with `active: false`: the token is expired, revoked, or not known to it";
const WITHOUT_AUD =
  '`audienceClaim: "client_id"` compares the client instead, and `dangerouslySkipAudience: true` accepts it, for a server that reports only tokens for this API as active';
const REPEATED = "the response repeats the token, so no part of it is shown";

/** Returns whether a member of a response, or an item of one, contains a text. */
function repeatsText(answer: JsonObject, text: string): boolean {
  return Object.values(answer)
    .flat()
    .some((value) => typeof value === "string" && value.includes(text));
}
