import { readOwn } from "../decision/access-token.js";
import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import { isBearerToken } from "../resource-server/credentials.js";
import { hideReasons, rejected, type Verdict } from "../resource-server/token-verifier.js";
import type { Verify } from "../resource-server/verify.js";
import { askJson } from "./ask-json.js";
import { type ClaimRules, endOf, judgeClaims } from "./claim-checks.js";
import { newClock } from "./clock.js";
import type { JsonObject } from "./json-object.js";
import { VerifierOutage } from "./outage.js";
import { newSingleFlight } from "./single-flight.js";
import { ANSWER_KINDS, kindRules } from "./token-kind.js";
import { newTokenMemory } from "./token-memory.js";
import {
  absent,
  cacheOf,
  DEFAULT_TIMEOUT,
  isServer,
  isTextOption,
  isTexts,
  runtimeFetch,
  snapshotOf,
  VERIFIER_CHECKS,
  type VerifierOptions,
} from "./verifier-options.js";

/**
 * The options of {@link introspectionVerifier}. `endpoint`, `issuer`, the credentials (`clientId` and `clientSecret`, or
 * `bearer`) and `audience` have no defaults.
 */
export interface IntrospectionVerifierOptions extends VerifierOptions {
  /** The introspection endpoint: `https`, or a loopback host. */
  readonly endpoint: URL | string;
  /** Who asks. */
  readonly clientId?: string;
  /** The secret of `clientId`. */
  readonly clientSecret?: string;
  /** How they are sent: `"client_secret_basic"` (the default), or `"client_secret_post"`. */
  readonly clientAuth?: "client_secret_basic" | "client_secret_post";
  /** An access token for the endpoint, in place of `clientId` and `clientSecret`. */
  readonly bearer?: string;
  /** The identifiers of this resource server: the answer's `aud` must name one of them, to the letter. */
  readonly audience?: string | readonly string[];
  /** Takes answers whose `aud` is missing or another: only for a server that answers `active` for no token but those meant for you. */
  readonly dangerouslySkipAudience?: boolean;
  /** The issuer of the tokens. An answer with another `iss` is refused; an answer without `iss` is accepted. */
  readonly issuer: string;
}

const isBearer: OptionCheck = (value) =>
  isBearerToken(value) ? undefined : "expected an access token";

function checksOf(given: Partial<IntrospectionVerifierOptions>) {
  const client = (check: OptionCheck) =>
    given.bearer === undefined ? check : absent("`bearer` stands in its place");
  return {
    ...VERIFIER_CHECKS,
    endpoint: required(isServer),
    clientId: client(required(isTextOption)),
    clientSecret: client(required(isTextOption)),
    clientAuth: client(optional(oneOf("client_secret_basic", "client_secret_post"))),
    bearer: optional(isBearer),
    audience:
      given.dangerouslySkipAudience === true
        ? absent("`dangerouslySkipAudience` leaves nothing to look for")
        : required(isTexts),
    dangerouslySkipAudience: optional(oneOf(true, false)),
    issuer: required(isTextOption),
  } satisfies Record<keyof IntrospectionVerifierOptions, OptionCheck>;
}

const MAX_ANSWER_BYTES = 65_536;
const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;

/** A revocation is what an endpoint is asked for: it goes unnoticed for no longer than that. */
const CACHE_SECONDS = 10;

/**
 * Creates a verifier that asks the authorization server about every token (RFC 7662): for opaque tokens, and where a
 * revocation must count at once. For `createAuthorizer`.
 *
 * The verifier returns `undefined` for a token that is not active, has another issuer or audience, is of another kind (an
 * ID token, a refresh token, a token bound to a key), or is not valid at this time. For a remembered token it returns
 * without a promise. It throws {@link VerifierOutage} for every unusable answer: a status other than 200, a redirect, another
 * type than JSON, no `active`, a timeout. Equal tokens that arrive at the same time cause one request. Answers that are not
 * `active` are not remembered.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with every fault of the options at once
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
  checkOptions("the verifier by introspection", given, checksOf(given));
  const { timeout = DEFAULT_TIMEOUT, fetch = runtimeFetch, clockTolerance: tolerance = 0 } = given;
  const url = new URL(given.endpoint).href;
  const clock = newClock(given.now);
  const memory = newTokenMemory(cacheOf(given.cache, CACHE_SECONDS));
  const flight = newSingleFlight<Verdict>();
  const initFor = newRequestMaker(given);
  const judge = newJudge(given);

  const ask = async (rawToken: string): Promise<Verdict> => {
    const from = clock();
    const answer = await askJson({
      url,
      init: initFor(rawToken),
      fetch,
      timeout,
      maxBytes: MAX_ANSWER_BYTES,
      mediaType: JSON_TYPE,
    });
    const verdict = judge(answer, clock());
    if (verdict.kind === "token") {
      memory.set(rawToken, verdict, from, endOf(verdict.token.exp, tolerance));
    }
    return verdict;
  };

  return hideReasons((rawToken) => {
    if (!isBearerToken(rawToken)) return rejected("malformed");
    return memory.get(rawToken, clock()) ?? flight(rawToken, () => ask(rawToken));
  });
}

/** The request of RFC 7662, section 2.1, with the credentials of RFC 6749, section 2.3.1, or RFC 6750. */
function newRequestMaker({
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

/** `application/x-www-form-urlencoded`, as a client's name and secret are before they are joined by a colon. */
function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

/** Creates the check of an answer: an active token may still be meant for another server, another use, or another time. */
function newJudge({
  audience = [],
  dangerouslySkipAudience = false,
  dangerouslyIgnoreConfirmation = false,
  issuer,
  clockTolerance: tolerance = 0,
}: IntrospectionVerifierOptions): (answer: JsonObject, now: number) => Verdict {
  const rules: ClaimRules = {
    issuer,
    audiences: dangerouslySkipAudience ? undefined : new Set([audience].flat()),
    required: dangerouslySkipAudience ? [] : ["aud"],
    kinds: kindRules(ANSWER_KINDS, dangerouslyIgnoreConfirmation),
    tolerance,
    scope: { claim: "scope", isList: false },
  };
  return (answer, now) => {
    const active = readOwn(answer, "active");
    if (active === false) return rejected("inactive");
    if (active !== true) throw new VerifierOutage("malformed");
    return judgeClaims(answer, now, rules);
  };
}
