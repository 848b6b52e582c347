import { AccessDenied } from "../decision/access-denied.js";
import type { AccessToken } from "../decision/access-token.js";
import { INVALID_TOKEN, TEMPORARILY_UNAVAILABLE, UNAUTHENTICATED } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { decideByOrigin } from "../decision/gate-decider.js";
import { firstItems } from "../grammar/any-value.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { withoutPrototype } from "../policy/own-members.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import {
  type Authentication,
  createAuthenticator,
  hasReadableScope,
  type VerifiedClaims,
} from "./authenticate.js";
import { metadataOf, noteMetadataRead } from "./authorizer-metadata.js";
import { type AuthorizerOptions, checkAuthorizerOptions } from "./authorizer-options.js";
import type {
  Admission,
  AuthenticationResult,
  AuthorizationCall,
  Authorizer,
  AuthorizerDecision,
} from "./authorizer-types.js";
import {
  type Awaitable,
  createCallbackRunner,
  createOutageReporter,
  mapAwaitable,
} from "./callbacks.js";
import {
  createResponder,
  type Denial,
  type DenialContext,
  type DenialResponse,
} from "./challenge.js";
import { type Credentials, isBearerToken, readCredentials } from "./credentials.js";
import { isLocalToken, type LocalToken } from "./local-token.js";
import { NO_CALL } from "./no-call.js";
import {
  type AdmissionRecorder,
  type CallDetails,
  createAdmissionRecorder,
  NOTHING_RECORDED,
  type RecordedOrigin,
} from "./record-admission.js";
import { createRejectionReporter } from "./rejections.js";
import { createUseReporter } from "./report-use.js";
import { type RejectedToken, rejected } from "./verifier-result.js";

/** What the steps of one authorizer need, created once. */
interface Steps {
  readonly policy: Policy;
  readonly verifiesTokens: boolean;
  /** Seconds by which the clock of the issuer may differ. */
  readonly tolerance: number;
  readonly authenticate: (
    credentials: Credentials | LocalToken | VerifiedClaims,
  ) => Awaitable<Authentication>;
  /** Reports why a token was refused. */
  readonly report: (rejected: RejectedToken) => void;
  readonly respond: (denial: Denial, context?: DenialContext) => DenialResponse;
  readonly record: AdmissionRecorder;
  /** Reports the token of an allowed call. */
  readonly use: (token: AccessToken) => void;
}

/**
 * Creates the authorizer of a policy: it takes raw tokens and returns decisions and HTTP responses. It does no I/O of its own.
 * An outage of a callback is `temporarily_unavailable`: it never allows a call, and it is never `invalid_token`.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` with every finding about the options at once, `ERR_POLICY_UNKNOWN` for a value that
 * `definePolicy` or `loadPolicy` did not return
 *
 * @example
 * ```ts
 * import { createAuthorizer, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": "See your orders" },
 *   tools: { list_orders: "orders:read" },
 * });
 * const authorizer = createAuthorizer({
 *   policy,
 *   verify: (rawToken) => (rawToken === "demo" ? { scope: "openid" } : undefined),
 *   resource: "https://api.example.com/mcp",
 * });
 * const { decision } = await authorizer.decide("demo", "list_orders");
 * if (!decision.allowed) authorizer.answer(decision).status; // 403
 * ```
 */
export function createAuthorizer<Types extends PolicyTypes>(
  given: AuthorizerOptions<Types>,
): Authorizer<Types> {
  return assemble(checkAuthorizerOptions(given), createAdmissionRecorder);
}

/** Creates the authorizer of a policy for local tokens alone: it accepts no raw token, and writes no audit events. */
export function createLocalAuthorizer<Types extends PolicyTypes>(
  policy: Policy<Types>,
): Authorizer<Types> {
  return assemble({ policy }, () => () => NOTHING_RECORDED);
}

/** Puts the steps of a call together. The recorder is handed in, so that a bundle for local tokens alone contains no audit. */
function assemble<Types extends PolicyTypes>(
  options: AuthorizerOptions<Types>,
  createRecorder: typeof createAdmissionRecorder,
): Authorizer<Types> {
  const { policy, resource, timeout = 5_000 } = options;
  const compiled = compiledPolicyOf(policy);
  const outages = createOutageReporter(options.onOutage);
  const runCallback = createCallbackRunner(timeout, outages.report);
  const report = createRejectionReporter(options.onRejected);
  const verifiesTokens = options.verify !== undefined;
  const metadata = metadataOf(options);
  const steps: Steps = {
    policy,
    verifiesTokens,
    tolerance: options.clockTolerance ?? 0,
    authenticate: createAuthenticator(options, runCallback, report, compiled.boundaries),
    report,
    respond: createResponder(compiled, {
      mode: options.challenge ?? "auto",
      metadataUrl: metadata?.url,
      upgradeStatus: options.upgradeStatus ?? 403,
      retryAfter: Math.ceil(options.retryAfter ?? 5),
      verifiesTokens,
    }),
    record: createRecorder(compiled, options, runCallback),
    use: createUseReporter(options.onUsed, runCallback),
  };
  const authorizer: Authorizer<Types> = Object.freeze({
    policy,
    resource,
    timeout,
    verifiesTokens,
    outages: outages.counts,
    decide: async (rawToken, tool, params?) => {
      const { decision, token } = await admitToken(steps, rawToken, tool, params);
      return token === undefined ? { decision } : { decision, token };
    },
    authorize: async (rawToken, tool, params?) => {
      const { decision, token } = await admitToken(steps, rawToken, tool, params);
      if (!decision.allowed) throw new AccessDenied(decision);
      return token as AccessToken;
    },
    admit: (call) => admitRequest(steps, call),
    authenticate: (authorization, context, authenticate) =>
      authenticateAlone(steps, authorization, context, authenticate),
    record: (refused, request) => recordDenial(steps, refused, request),
    answer: steps.respond,
    metadata: () => {
      noteMetadataRead(authorizer);
      return metadata;
    },
  } satisfies Authorizer<Types>);
  return authorizer;
}

// The functions below are in the order in which a call passes through them:
// headers or raw token > credentials > authentication > token scopes and decision > denial response > audit event > admission

/** Decides on a call of an adapter, by the `Authorization` headers of its request or by a local token. */
function admitRequest(steps: Steps, given: AuthorizationCall): Awaitable<Admission> {
  const call = { ...NO_CALL, ...given };
  return admit(steps, credentialsOf(steps, call), call);
}

/** Decides on a raw token: the part of a header after `Bearer`. */
async function admitToken(
  steps: Steps,
  rawToken: string | undefined,
  operation: string,
  params: unknown,
): Promise<Admission> {
  return admit(steps, readRawToken(rawToken), { ...NO_CALL, operation, params }, true);
}

/**
 * Decides on a call by its credentials. Returns a promise only if a callback returns one.
 *
 * @param isFromCode - whether the call comes from code of the host, which knows internal operations, and not from a gate
 */
function admit(
  steps: Steps,
  credentials: Credentials | LocalToken | VerifiedClaims,
  call: CallDetails,
  isFromCode = false,
): Awaitable<Admission> {
  return mapAwaitable(steps.authenticate(credentials), (authentication) => {
    const token = authentication.kind === "authenticated" ? authentication.token : undefined;
    const decision = decide(steps, authentication, call, isFromCode);
    if (decision.code === "invalid_token" && token !== undefined) steps.report(UNREADABLE_SCOPE);
    const admission: Admission = decision.allowed
      ? { kind: "allowed", decision, token }
      : deny(steps, decision, call, token);
    return recordAdmission(steps, admission, call, isFromCode ? "code" : "gate");
  });
}

/**
 * Reads the credentials of a call (step 1). An `Authorization` header decides alone if the authorizer can verify tokens: a session
 * never replaces a token that is not valid.
 */
function credentialsOf(
  { verifiesTokens }: Steps,
  { authorization, authenticate }: Pick<AuthorizationCall, "authorization" | "authenticate">,
): Credentials | LocalToken | VerifiedClaims {
  const hasHeader =
    authorization !== undefined &&
    authorization !== null &&
    firstItems(authorization, 1)?.length !== 0;
  return authenticate === undefined || (hasHeader && verifiesTokens)
    ? readHeaders(authorization)
    : { kind: "claims", claims: authenticate };
}

/** Reads the credentials of `Authorization` headers. A local token is its own credentials. */
function readHeaders(authorization: AuthorizationCall["authorization"]): Credentials | LocalToken {
  return isLocalToken(authorization) ? authorization : readCredentials(authorization);
}

function readRawToken(rawToken: unknown): Credentials {
  if (rawToken === undefined) return { kind: "none" };
  return isBearerToken(rawToken) ? { kind: "bearer", token: rawToken } : { kind: "malformed" };
}

// Step 2, the authentication of the credentials, is in `authenticate.ts`. Its result is anonymous, authenticated or rejected.

/**
 * A value that no policy accepts as a token: the denial of the credentials takes its place in the order of the decision codes.
 */
const NO_TOKEN = null;

const UNREADABLE_SCOPE = rejected("scope_claim");

/**
 * Reads the token scopes and decides, both by the policy (step 3). The order of the policy's codes applies to rejected credentials
 * too: a call of an unknown or denied operation gets the code of the operation, unless `credentialsFirst` is set.
 */
function decide(
  { policy, tolerance }: Steps,
  authentication: Authentication,
  call: CallDetails,
  isFromCode: boolean,
): AuthorizerDecision {
  const { operation, params } = call;
  const origin = { isFromCode, tolerance, now: undefined };
  const decideFor = (token: unknown) => decideByOrigin(policy, token, operation, params, origin);
  if (call.credentialsFirst === true && !isAuthenticated(authentication)) {
    const isPublic = authentication.kind === "anonymous" && decideFor(undefined).allowed;
    if (!isPublic) return credentialDenialOf(authentication);
  }
  if (authentication.kind === "authenticated") return decideFor(authentication.token);
  if (authentication.kind === "anonymous") return decideFor(undefined);
  const decision = decideFor(NO_TOKEN);
  return decision.code === "invalid_token" ? authentication.denial : decision;
}

/** Returns whether a caller has a valid token with scopes that a decision can read. */
function isAuthenticated(
  authentication: Authentication,
): authentication is Extract<Authentication, { kind: "authenticated" }> {
  return authentication.kind === "authenticated" && hasReadableScope(authentication.token);
}

/** Returns the denial for a caller without a valid token. */
function credentialDenialOf(authentication: Authentication): Denial {
  if (authentication.kind === "anonymous") return UNAUTHENTICATED;
  return authentication.kind === "rejected" ? authentication.denial : INVALID_TOKEN;
}

/** Adds the HTTP response to a denial (step 4). */
function deny(
  { respond }: Steps,
  decision: Denial,
  call: CallDetails,
  token: AccessToken | undefined,
): Admission {
  return { kind: "refused", decision, answer: respond(decision, { ...call, token }), token };
}

/** Writes the audit event (step 5). Without it an allowed call becomes an outage, unless `onAuditError` is `"continue"`. */
function recordAdmission(
  steps: Steps,
  admission: Admission,
  call: CallDetails,
  origin: RecordedOrigin,
): Awaitable<Admission> {
  const { decision, token } = admission;
  if (decision.allowed && call.auditDenialsOnly === true) return admission;
  const { isWritten, answered } = steps.record(admission, call, origin);
  return mapAwaitable(isWritten, (mayTakeEffect) => {
    const effective =
      decision.allowed && !mayTakeEffect
        ? deny(steps, TEMPORARILY_UNAVAILABLE, call, token)
        : admission;
    if (effective.kind === "allowed" && token !== undefined) steps.use(token);
    return answered === undefined ? effective : { ...effective, answered };
  });
}

/** Takes the first two steps alone, for requests that call no operation. */
async function authenticateAlone(
  steps: Steps,
  authorization: AuthorizationCall["authorization"],
  context: DenialContext | undefined,
  authenticate: AuthorizationCall["authenticate"],
): Promise<AuthenticationResult> {
  const { respond, report } = steps;
  const credentials = credentialsOf(steps, { authorization, authenticate });
  const authentication = await steps.authenticate(credentials);
  if (authentication.kind === "authenticated") {
    const { token } = authentication;
    if (hasReadableScope(token)) return { kind: "authenticated", token };
    report(UNREADABLE_SCOPE);
  }
  const decision = credentialDenialOf(authentication);
  return { kind: "refused", decision, answer: respond(decision, context) };
}

/** Takes the last step alone, for the denial of a message that calls no operation. */
async function recordDenial(
  { record }: Steps,
  ...[denied, request]: Parameters<Authorizer["record"]>
): ReturnType<Authorizer["record"]> {
  const { decision, answer, token } = withoutPrototype(denied);
  const { name: operation, requestId } = withoutPrototype(request);
  if (decision.code === "unauthenticated") return undefined;
  const admission: Admission = { kind: "refused", decision, answer, token };
  const { isWritten, answered } = record(
    admission,
    { ...NO_CALL, operation, requestId },
    "protocol",
  );
  await isWritten;
  return answered;
}
