import type { AccessToken } from "../decision/access-token.js";
import type { CallOrigin } from "../decision/decide.js";
import { INVALID_TOKEN, TEMPORARILY_UNAVAILABLE, UNAUTHENTICATED } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { decideByOrigin } from "../decision/gate-decider.js";
import { firstItems } from "../grammar/any-value.js";
import { withoutPrototype } from "../policy/own-members.js";
import { type Authentication, hasReadableScope, type VerifiedClaims } from "./authenticate.js";
import type {
  Admission,
  AuthenticationResult,
  AuthorizationCall,
  Authorizer,
  AuthorizerDecision,
  ReportStatus,
} from "./authorizer-types.js";
import { type Awaitable, mapAwaitable } from "./callbacks.js";
import type { Denial, DenialContext, DenialResponse } from "./challenge.js";
import { type Credentials, isBearerToken, readKnownCredentials } from "./credentials.js";
import { isLocalToken, type LocalToken } from "./local-token.js";
import { NO_CALL, type OwnCall } from "./no-call.js";
import type { AdmissionRecorder, CallDetails, RecordedOrigin } from "./record-admission.js";
import { type FindAccepted, type RejectedToken, rejected } from "./verifier-result.js";

/** What the steps of a call need, created once for each policy. A call keeps the steps with which it begins. */
export interface Steps {
  readonly policy: Policy;
  readonly verifiesTokens: boolean;
  readonly findAccepted: FindAccepted | undefined;
  /** The origin of a call at a gate. */
  readonly atGate: CallOrigin;
  /** The origin of a call from code of the host, which knows internal operations. */
  readonly fromCode: CallOrigin;
  readonly metadata: ReturnType<Authorizer["metadata"]>;
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

// The functions below are in the order in which a call passes through them:
// headers or raw token > credentials > authentication > token scopes and decision > denial response > audit event > admission

/** Decides on a call of an adapter, by the `Authorization` headers of its request or by a local token. */
export function admitRequest(steps: Steps, given: AuthorizationCall): Awaitable<Admission> {
  const call = ownCall(given);
  return admit(steps, credentialsOf(steps, call), call, steps.atGate);
}

/** Copies the own members of a call. A spread into the defaults takes three times as long: it was a fifth of the whole gate. */
function ownCall(given: AuthorizationCall): OwnCall {
  // code without types may give nothing
  const own: OwnCall | AuthorizationCall = given ?? NO_CALL;
  const has = Object.hasOwn;
  return {
    authorization: (has(own, "authorization") ? own : NO_CALL).authorization,
    authenticate: (has(own, "authenticate") ? own : NO_CALL).authenticate,
    operation: (has(own, "operation") ? own : NO_CALL).operation,
    params: (has(own, "params") ? own : NO_CALL).params,
    arguments: (has(own, "arguments") ? own : NO_CALL).arguments,
    requestId: (has(own, "requestId") ? own : NO_CALL).requestId,
    protocolVersion: (has(own, "protocolVersion") ? own : NO_CALL).protocolVersion,
    signInScope: (has(own, "signInScope") ? own : NO_CALL).signInScope,
    auditDenialsOnly: (has(own, "auditDenialsOnly") ? own : NO_CALL).auditDenialsOnly,
    credentialsFirst: (has(own, "credentialsFirst") ? own : NO_CALL).credentialsFirst,
    enforced: (has(own, "enforced") ? own : NO_CALL).enforced,
    audited: (has(own, "audited") ? own : NO_CALL).audited,
  } satisfies Record<keyof OwnCall, unknown> as OwnCall;
}

/** Decides on a raw token: the part of a header after `Bearer`. */
export async function admitToken(
  steps: Steps,
  rawToken: string | undefined,
  operation: string,
  params: unknown,
): Promise<Admission> {
  return admit(steps, readRawToken(rawToken), { ...NO_CALL, operation, params }, steps.fromCode);
}

/** Decides on a call by its credentials. Returns a promise only if a callback returns one. */
function admit(
  steps: Steps,
  credentials: Credentials | LocalToken | VerifiedClaims,
  call: CallDetails,
  origin: CallOrigin,
): Awaitable<Admission> {
  return mapAwaitable(steps.authenticate(credentials), admitCaller, steps, call, origin);
}

function admitCaller(
  authentication: Authentication,
  steps: Steps,
  call: CallDetails,
  origin: CallOrigin,
): Awaitable<Admission> {
  const token = tokenOf(authentication);
  const decision = decide(steps, authentication, call, origin);
  if (decision.code === "invalid_token" && token !== undefined) steps.report(UNREADABLE_SCOPE);
  const admission: Admission = decision.allowed
    ? { kind: "allowed", decision, token }
    : deny(steps, decision, call, token);
  return recordAdmission(steps, admission, call, origin.isFromCode ? "code" : "gate");
}

/**
 * Reads the credentials of a call (step 1). An `Authorization` header decides alone if the authorizer can verify tokens: a session
 * never replaces a token that is not valid.
 */
function credentialsOf(
  { verifiesTokens, findAccepted }: Steps,
  { authorization, authenticate }: Pick<OwnCall, "authorization" | "authenticate">,
): Credentials | LocalToken | VerifiedClaims {
  const hasHeader =
    authorization !== undefined &&
    authorization !== null &&
    firstItems(authorization, 1)?.length !== 0;
  return authenticate === undefined || (hasHeader && verifiesTokens)
    ? readHeaders(authorization, findAccepted)
    : { kind: "claims", claims: authenticate };
}

/** Reads the credentials of `Authorization` headers. A local token is its own credentials. */
function readHeaders(
  authorization: AuthorizationCall["authorization"],
  findAccepted: FindAccepted | undefined,
): Credentials | LocalToken {
  return isLocalToken(authorization)
    ? authorization
    : readKnownCredentials(authorization, findAccepted);
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
  { policy }: Steps,
  authentication: Authentication,
  { operation, params, credentialsFirst }: CallDetails,
  origin: CallOrigin,
): AuthorizerDecision {
  const token = authentication.kind === "rejected" ? NO_TOKEN : tokenOf(authentication);
  const decision = decideByOrigin(policy, token, operation, params, origin);
  if (credentialsFirst === true && !isAuthenticated(authentication)) {
    const isPublic = authentication.kind === "anonymous" && decision.allowed;
    if (!isPublic) return credentialDenialOf(authentication);
  }
  return authentication.kind === "rejected" && decision.code === "invalid_token"
    ? authentication.denial
    : decision;
}

function tokenOf(authentication: Authentication): AccessToken | undefined {
  return authentication.kind === "authenticated" ? authentication.token : undefined;
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
  if (admission.decision.allowed && call.auditDenialsOnly === true) return admission;
  const { isWritten, answered } = steps.record(admission, call, origin);
  const effective = mapAwaitable(isWritten, takeEffect, steps, call, admission);
  return answered === undefined ? effective : withAnswered(effective, answered);
}

/** Returns the admission, or an outage for an allowed call whose event could not be written. */
function takeEffect(
  mayTakeEffect: boolean,
  steps: Steps,
  call: CallDetails,
  admission: Admission,
): Admission {
  const { decision, token } = admission;
  if (decision.allowed && !mayTakeEffect) return deny(steps, TEMPORARILY_UNAVAILABLE, call, token);
  if (decision.allowed && token !== undefined) steps.use(token);
  return admission;
}

function withAnswered(
  admission: Awaitable<Admission>,
  answered: ReportStatus,
): Awaitable<Admission> {
  return mapAwaitable(admission, (effective) => ({ ...effective, answered }));
}

/** Takes the first two steps alone, for requests that call no operation. */
export async function authenticateAlone(
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
export async function recordDenial(
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
