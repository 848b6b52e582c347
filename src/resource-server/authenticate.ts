import { type AccessToken, readOwn } from "../decision/access-token.js";
import {
  type CredentialDenial,
  INVALID_REQUEST,
  INVALID_TOKEN,
  type InvalidToken,
  TEMPORARILY_UNAVAILABLE,
} from "../decision/decision.js";
import type { Boundary } from "../policy/compiled-policy.js";
import { readGrantedTokens } from "../policy/scope-meanings.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import {
  type Awaitable,
  type CallbackResult,
  type CallbackRunner,
  mapAwaitable,
} from "./callbacks.js";
import type { Credentials } from "./credentials.js";
import type { LocalToken } from "./local-token.js";
import {
  createTokenReader,
  FACTS,
  isRejected,
  NO_CLAIMS,
  readerOfVerdict,
  type TokenReader,
  type VerifiedToken,
  withFacts,
  withTimeCheck,
} from "./read-token.js";
import { detailedVerify, type RejectedToken, rejected } from "./verifier-result.js";

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
  return mapAwaitable(verifyToken(callbacks, credentials), addFacts, callbacks, credentials.kind);
}

function verifyToken(
  { runCallback, verify, readVerified, readClaims, readLocal }: Callbacks,
  credentials: Extract<Credentials, { kind: "bearer" }> | LocalToken | VerifiedClaims,
): Awaitable<CallbackResult<VerifiedToken>> {
  switch (credentials.kind) {
    case "local":
      return runCallback("verify", claimsOf, credentials, readLocal);
    case "claims":
      return runCallback("authenticate", claimsOf, credentials, readClaims);
    default:
      return runCallback("verify", verify, credentials.token, readVerified);
  }
}

function claimsOf(credentials: LocalToken | VerifiedClaims): unknown {
  return credentials.claims();
}

/** Asks for the facts that a token does not carry, then whether it is revoked. */
function addFacts(
  verified: CallbackResult<VerifiedToken>,
  callbacks: Callbacks,
  kind: "bearer" | "local" | "claims",
): Awaitable<Authentication> {
  if (verified.kind === "outage") return OUTAGE;
  const { value } = verified;
  if (value === NO_CLAIMS && kind === "claims") return ANONYMOUS;
  if (isRejected(value)) return reject(callbacks, value);
  const { subject } = callbacks;
  return subject === undefined
    ? rejectRevoked(value, callbacks)
    : askSubject(value, callbacks, subject);
}

function askSubject(
  token: AccessToken,
  callbacks: Callbacks,
  subject: (token: AccessToken) => unknown,
): Awaitable<Authentication> {
  const read = (facts: unknown) => withFacts(token, facts);
  const informed = callbacks.runCallback("subject", subject, token, read);
  return mapAwaitable(informed, (result) =>
    result.kind === "outage" ? OUTAGE : rejectRevoked(result.value, callbacks),
  );
}

function rejectRevoked(token: AccessToken, callbacks: Callbacks): Awaitable<Authentication> {
  const { runCallback, isRevoked } = callbacks;
  const authenticated: Authentication = { kind: "authenticated", token };
  if (isRevoked === undefined) return authenticated;
  const asked = runCallback("isRevoked", isRevoked, token, readBoolean);
  return mapAwaitable(asked, readRevoked, callbacks, authenticated);
}

function readRevoked(
  revoked: CallbackResult<boolean>,
  callbacks: Callbacks,
  authenticated: Authentication,
): Authentication {
  if (revoked.kind === "outage") return OUTAGE;
  return revoked.value === false ? authenticated : reject(callbacks, rejected("revoked"));
}

/** Returns whether a decision can read the scope of a token. Every decision rejects a token without such a scope. */
export function hasReadableScope(token: AccessToken): boolean {
  return readGrantedTokens(readOwn(token, "scope")) !== undefined;
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError("expected true or false");
  return value;
}
