import { type AccessToken, readOwn } from "../decision/access-token.js";
import {
  type CredentialDenial,
  INVALID_REQUEST,
  INVALID_TOKEN,
  type InvalidToken,
  TEMPORARILY_UNAVAILABLE,
} from "../decision/decision.js";
import { freezeToken } from "../decision/own-token.js";
import { readNames } from "../grammar/any-value.js";
import { MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import type { Boundary } from "../policy/compiled-policy.js";
import { readGrantedTokens } from "../policy/scope-meanings.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import {
  type Awaitable,
  type CallbackResult,
  type CallbackRunner,
  mapAwaitable,
} from "./callbacks.js";
import { isCreatedToken, notBeforeOf, SCOPE_CLAIMS } from "./claims.js";
import type { Credentials } from "./credentials.js";
import { copyClaims } from "./frozen-claims.js";
import { readLimits } from "./limits.js";
import type { LocalToken } from "./local-token.js";
import { timeRejection } from "./token-time.js";
import type { SubjectFacts } from "./token-verifier.js";
import {
  detailedVerify,
  type RejectedToken,
  type RejectionReason,
  rejected,
  type Verdict,
} from "./verifier-result.js";

/** The result of authentication: anonymous, authenticated, or rejected. */
export type Authentication =
  | { readonly kind: "anonymous" }
  | { readonly kind: "authenticated"; readonly token: AccessToken }
  | { readonly kind: "rejected"; readonly denial: CredentialDenial | InvalidToken };

const ANONYMOUS: Authentication = Object.freeze({ kind: "anonymous" });
const BAD_REQUEST: Authentication = Object.freeze({ kind: "rejected", denial: INVALID_REQUEST });
const OUTAGE: Authentication = Object.freeze({
  kind: "rejected",
  denial: TEMPORARILY_UNAVAILABLE,
});

const NOT_VALID: Authentication = Object.freeze({ kind: "rejected", denial: INVALID_TOKEN });

type AuthenticateOptions = Pick<
  AuthorizerOptions,
  "verify" | "subject" | "isRevoked" | "trustClaims" | "clockTolerance"
>;

/** What a verifier returned, read once: a token, or its rejection. */
type VerifiedToken = AccessToken | RejectedToken;

/** Claims that the host has verified already, for a request without a token to verify. */
export interface VerifiedClaims {
  readonly kind: "claims";
  /** Returns the claims; `undefined` or `null` for a caller without credentials. */
  readonly claims: () => unknown;
}

/** The callbacks of one authorizer, and the readers of their results. */
interface Callbacks {
  readonly runCallback: CallbackRunner;
  readonly subject: AuthenticateOptions["subject"] | undefined;
  readonly isRevoked: AuthenticateOptions["isRevoked"] | undefined;
  readonly verify: (rawToken: string) => unknown;
  readonly readVerified: TokenReader;
  readonly readClaims: TokenReader;
  readonly readLocal: TokenReader;
  readonly report: (rejected: RejectedToken) => void;
}

/**
 * Creates the function that authenticates credentials. It verifies the token, asks for the facts that the token does not carry,
 * and checks revocation last, so that a revocation that arrives during the verification counts. It returns a promise only if a
 * callback returns one. Never throws and never rejects.
 */
export function createAuthenticator(
  { verify, subject, isRevoked, trustClaims = [], clockTolerance = 0 }: AuthenticateOptions,
  runCallback: CallbackRunner,
  report: (rejected: RejectedToken) => void,
  boundaries: readonly Boundary[] = [],
): (credentials: Credentials | LocalToken | VerifiedClaims) => Awaitable<Authentication> {
  const readTrusted = createTokenReader(trustClaims, boundaries);
  // the library's own verifiers check the time by their own clock; no other verifier is known to check it
  const readClaims = withTimeCheck(readTrusted, clockTolerance);
  const detailed = verify && detailedVerify(verify);
  const callbacks: Callbacks = {
    runCallback,
    subject,
    isRevoked,
    verify: detailed ?? verify ?? (() => NO_VERIFIER),
    readVerified:
      verify !== undefined && detailed === undefined ? readClaims : readerOfVerdict(readTrusted),
    readClaims,
    readLocal: withTimeCheck(createTokenReader(FACTS, boundaries), clockTolerance),
    report,
  };
  return (credentials) => authenticate(callbacks, credentials);
}

const MALFORMED = rejected("malformed");

function reject({ report }: Callbacks, rejected: RejectedToken): Authentication {
  report(rejected);
  return NOT_VALID;
}

/** The verdict on every token of an authorizer without `verify`. */
const NO_VERIFIER = rejected(
  "verify_result",
  "the authorizer has no `verify`, so it accepts no token",
);

function authenticate(
  callbacks: Callbacks,
  credentials: Credentials | LocalToken | VerifiedClaims,
): Awaitable<Authentication> {
  if (credentials.kind === "none") return ANONYMOUS;
  if (credentials.kind === "malformed") {
    callbacks.report(MALFORMED);
    return BAD_REQUEST;
  }
  return mapAwaitable(verifyToken(callbacks, credentials), (verified) => {
    if (verified.kind === "outage") return OUTAGE;
    const { value } = verified;
    if (value === NO_CLAIMS && credentials.kind === "claims") return ANONYMOUS;
    if (isRejected(value)) return reject(callbacks, value);
    return mapAwaitable(addFacts(callbacks, value), (informed) =>
      informed.kind === "outage" ? OUTAGE : rejectRevoked(callbacks, informed.value),
    );
  });
}

function verifyToken(
  { runCallback, verify, readVerified, readClaims, readLocal }: Callbacks,
  credentials: Extract<Credentials, { kind: "bearer" }> | LocalToken | VerifiedClaims,
): Awaitable<CallbackResult<VerifiedToken>> {
  switch (credentials.kind) {
    case "local":
      return runCallback("verify", () => credentials.claims(), readLocal);
    case "claims":
      return runCallback("authenticate", () => credentials.claims(), readClaims);
    default:
      return runCallback("verify", () => verify(credentials.token), readVerified);
  }
}

function addFacts(
  { runCallback, subject }: Callbacks,
  token: AccessToken,
): Awaitable<CallbackResult<AccessToken>> {
  if (subject === undefined) return { kind: "value", value: token };
  return runCallback(
    "subject",
    () => subject(token),
    (facts) => withFacts(token, facts),
  );
}

function rejectRevoked(callbacks: Callbacks, token: AccessToken): Awaitable<Authentication> {
  const { runCallback, isRevoked } = callbacks;
  const authenticated: Authentication = { kind: "authenticated", token };
  if (isRevoked === undefined) return authenticated;
  return mapAwaitable(
    runCallback("isRevoked", () => isRevoked(token), readBoolean),
    (revoked) => {
      if (revoked.kind === "outage") return OUTAGE;
      return revoked.value ? reject(callbacks, rejected("revoked")) : authenticated;
    },
  );
}

const FACTS = ["tier", "account_type", "entitlements", "first_party", "approvedScopes"] as const;
const PLAIN = [
  "scope",
  "sub",
  "client_id",
  "iss",
  "jti",
  "exp",
  "iat",
  "acr",
  "auth_time",
  "claims",
] as const;
const SCOPE_LISTS: readonly string[] = ["scope", "approvedScopes"];

/** Returns a member of a token or of facts: a list as a copy, so that a later change of the list has no effect. */
function copyMember(name: string, value: unknown): unknown {
  if (name === "claims") return copyClaims(value);
  if (SCOPE_LISTS.includes(name)) return copyList(value);
  return typeof value === "object" ? readNames(value) : value;
}

type TokenReader = (answer: unknown) => VerifiedToken;

/** The result of a verifier that returned no claims. */
const NO_CLAIMS: RejectedToken = Object.freeze(rejected("verify_result"));

/** Returns whether a result is a rejection: a token that a reader returns has no member `kind`. */
function isRejected(verified: object): verified is RejectedToken {
  return Object.hasOwn(verified, "kind");
}

/** Returns the rejection of claims without `scope`, with the member that was probably meant. */
function withoutScope(answer: object): RejectedToken {
  const meant = SCOPE_CLAIMS.find((name) => readOwn(answer, name) !== undefined);
  const hint =
    meant === undefined
      ? 'return the scope of the token as `scope`, `""` for none'
      : `it has \`${meant}\`: return that as \`scope\``;
  return rejected(
    "verify_result",
    `what \`verify\` or \`authenticate\` returned has no \`scope\`; ${hint}`,
  );
}

/**
 * Creates the reader of the result of a verifier. It copies the result once into a new object, so that the decision and the handler
 * see the same token even if the verifier changes its object. It does not read members that {@link AccessToken} does not name, and
 * facts that are not trusted. The token gets its values of the boundaries of the policy.
 */
function createTokenReader(
  trusted: readonly string[],
  boundaries: readonly Boundary[],
): TokenReader {
  const untrusted = FACTS.filter((name) => !trusted.includes(name));
  const members = [...PLAIN, ...FACTS.filter((name) => trusted.includes(name))];
  const stripped = new WeakMap<AccessToken, VerifiedToken>();
  const copyOf = (answer: object): VerifiedToken => {
    const limits = readLimits(boundaries, answer);
    if (isRejected(limits)) return limits;
    const token: Record<string, unknown> = {};
    for (const name of members) {
      const value = readOwn(answer, name);
      if (value === undefined) continue;
      token[name] = copyMember(name, value);
    }
    Object.assign(token, limits);
    return freezeToken(token) as unknown as AccessToken;
  };
  // a token from the cache of a verifier gives the same object each time, which is a key of the cache of decisions
  const strip = (token: AccessToken): VerifiedToken => {
    const isUntrusted = untrusted.some((name) => Object.hasOwn(token, name));
    if (!isUntrusted && boundaries.length === 0) return token;
    const known = stripped.get(token);
    if (known !== undefined) return known;
    const copy = copyOf(token);
    stripped.set(token, copy);
    return copy;
  };
  return (answer) => {
    if (!isObjectOrNothing(answer)) throw new TypeError("expected claims, `null` or `undefined`");
    if (answer === undefined || answer === null) return NO_CLAIMS;
    if (isCreatedToken(answer)) return strip(answer);
    const token = copyOf(answer);
    return isRejected(token) || Object.hasOwn(token, "scope") ? token : withoutScope(answer);
  };
}

/** Returns the reader of the detailed result of the library's own verifiers: a token, or the reason for its rejection. */
function readerOfVerdict(read: TokenReader): TokenReader {
  return (answer) => {
    const verdict = answer as Verdict;
    return verdict.kind === "token" ? read(verdict.token) : verdict;
  };
}

/** Why a time limit rejects claims, as far as the reason alone does not explain it. */
const TIME_DETAILS: { readonly [Reason in RejectionReason]?: string } = {
  verify_result: "`exp` or `nbf` is not a number of seconds above 0 and below 10^11",
};

/** Returns a reader that also checks the time limits of the token. */
function withTimeCheck(read: TokenReader, tolerance: number): TokenReader {
  return (answer) => {
    const token = read(answer);
    if (isRejected(token)) return token;
    const exp = readOwn(token, "exp") ?? readTime(answer as object, "exp");
    const nbf = notBeforeOf(answer as object) ?? readTime(answer as object, "nbf");
    const reason = timeRejection({ exp, nbf }, tolerance);
    return reason === undefined ? token : rejected(reason, TIME_DETAILS[reason]);
  };
}

/** Reads an own time limit. Throws if it is inherited or cannot be read: without it the token would be valid forever. */
function readTime(claims: object, name: "exp" | "nbf"): unknown {
  const value = (claims as Record<string, unknown>)[name];
  if (value === undefined || Object.hasOwn(claims, name)) return value;
  // a member that every object inherits is not part of the token
  if (Object.hasOwn(Object.prototype, name)) return undefined;
  throw new TypeError(`\`${name}\` is inherited`);
}

/**
 * Returns the token with the facts of `subject`. Own members of the facts replace those of the token, `undefined` too. Throws for a
 * list and for an inherited member: ignoring them would keep the fact in the token.
 */
function withFacts(token: AccessToken, facts: unknown): AccessToken {
  if (!isObjectOrNothing(facts) || Array.isArray(facts)) {
    throw new TypeError("expected facts, `null` or `undefined`");
  }
  if (facts === undefined || facts === null) return token;
  const merged: Record<string, unknown> = { ...token };
  for (const name of FACTS) {
    if (Object.hasOwn(facts, name)) merged[name] = copyMember(name, (facts as SubjectFacts)[name]);
    else if (isInherited(facts, name)) throw new TypeError(`\`${name}\` is inherited`);
  }
  return freezeToken(merged) as unknown as AccessToken;
}

/** Returns whether an object inherits a member from its class. A member that every object inherits does not count. */
function isInherited(object: object, name: string): boolean {
  return name in object && !Object.hasOwn(Object.prototype, name);
}

/** Returns a value, with a list of scopes as a frozen copy; `undefined` for a list that is too long or cannot be read. */
function copyList(value: unknown): unknown {
  try {
    if (!Array.isArray(value)) return value;
    const list: readonly unknown[] = value;
    const { length } = list;
    return length > MAX_SCOPE_TOKENS
      ? undefined
      : Object.freeze(Array.from({ length }, (_, index) => list[index]));
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

/** Returns whether a decision can read the scope of a token. Every decision rejects a token without such a scope. */
export function hasReadableScope(token: AccessToken): boolean {
  return readGrantedTokens(readOwn(token, "scope")) !== undefined;
}

function isObjectOrNothing(value: unknown): value is object | null | undefined {
  return value === undefined || typeof value === "object";
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError("expected true or false");
  return value;
}
