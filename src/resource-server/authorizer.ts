import { AccessDenied } from "../decision/access-denied.js";
import type { AccessToken } from "../decision/access-token.js";
import {
  type Allowed,
  type Decision,
  type DoorDenial,
  INVALID_TOKEN,
  TEMPORARILY_UNAVAILABLE,
  UNAUTHENTICATED,
} from "../decision/decision.js";
import type { Authorized, KnownName, ParamsArgument, Policy } from "../decision/policy.js";
import type { ProtectedResourceMetadata } from "../discovery/protected-resource-metadata.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { PolicyTypes } from "../policy/definition.js";
import { withoutPrototype } from "../policy/own-members.js";
import { newAuditEventMaker } from "./audit.js";
import type { AuditedRequest, ProtocolRequest } from "./audited-request.js";
import { metadataOf } from "./authorizer-metadata.js";
import { type AuthorizerOptions, checkAuthorizerOptions } from "./authorizer-options.js";
import { type Answer, type AnswerContext, newAnswerer, type Refusal } from "./challenge.js";
import { type Credentials, isBearerToken, readCredentials } from "./credentials.js";
import { type Awaitable, newFactAsker, newFaultReport, whenThere } from "./facts.js";
import { hasGoodScope, newIdentifier, type Shown } from "./identify.js";
import type { FactSource } from "./verify.js";
import { isVouched, type Vouched } from "./vouched.js";

/** What a decision at the door can be: one of the policy, or one of the credentials. */
export type DoorDecision = Decision | DoorDenial;

/** A decision with the token it was made for; `token` is missing where there is no good one. */
export interface Outcome {
  /** What was decided. */
  readonly decision: DoorDecision;
  /** The verified claims with the facts of `subject`, on which was decided. */
  readonly token?: AccessToken;
}

/** A call as an adapter hands it in. */
export interface Call {
  /** Every `Authorization` field of the request, untouched; `undefined` where there is none. */
  readonly authorization: string | readonly string[] | Vouched | undefined;
  /** The name of the tool or endpoint: any text, an unknown name is refused. */
  readonly operation: string;
  /** The values of its parameters. */
  readonly params?: unknown;
  /** What the audit event calls the arguments, where these are more than `params`. */
  readonly arguments?: unknown;
  /** Names the request in the audit event. */
  readonly requestId?: string | undefined;
  /** Reads `arguments` and `requestId` where they take time to read: called only for an event, after the decision, and once. */
  readonly audited?: () => AuditedRequest;
  /** The version of the Model Context Protocol that the client speaks. */
  readonly protocolVersion?: string | undefined;
  /** What a 401 without credentials names; see {@link AnswerContext.signInScope}. Default: `"operation"`. */
  readonly signInScope?: "operation" | "resource" | "operation-or-resource";
  /** Leaves out the event of a call that is allowed: for a door behind which the same call is decided again. */
  readonly auditDenialsOnly?: boolean;
  /** Refuses for its credentials whoever presents no good ones, of an unknown or denied operation too, as MCP has it over HTTP. */
  readonly credentialsFirst?: boolean;
}

/** An adapter's next step: go on with the token, or write the answer. */
export type Admission =
  | {
      readonly kind: "allowed";
      readonly decision: Allowed;
      readonly token: AccessToken | undefined;
    }
  | {
      readonly kind: "refused";
      readonly decision: Refusal;
      readonly answer: Answer;
      readonly token: AccessToken | undefined;
    };

/** Who stands at the door, before anybody has said what for. */
export type Authenticated =
  | { readonly kind: "authenticated"; readonly token: AccessToken }
  | { readonly kind: "refused"; readonly decision: Refusal; readonly answer: Answer };

/** Verifies tokens, asks for facts, decides, and says it in HTTP. Holds no request and no response. */
export interface Authorizer<Types extends PolicyTypes = PolicyTypes> {
  /** The policy it enforces. */
  readonly policy: Policy<Types>;
  /** The resource identifier it was given. */
  readonly resource: string | undefined;
  /** After how many milliseconds whoever is asked counts as out. */
  readonly timeout: number;
  /** Outages so far, by who was asked. */
  readonly faults: Readonly<Record<FactSource, number>>;

  /**
   * Decides on a raw bearer token. Never throws on anything a client can send, and never rejects: `invalid_request` for
   * what is no bearer token, `temporarily_unavailable` for an outage.
   *
   * @param rawToken - the token without `Bearer`; `undefined` is no credentials
   */
  decide<const Name extends string>(
    rawToken: string | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Promise<Outcome>;

  /**
   * As {@link Authorizer.decide}, for code that goes on only when allowed.
   *
   * @throws {@link AccessDenied} with the decision, for every denial
   */
  authorize<const Name extends string>(
    rawToken: string | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Promise<Authorized<Types, Name>>;

  /**
   * Decides on a whole call, as adapters do: from the `Authorization` field to the answer. There at once where nobody has to be
   * waited for: a promise costs more than a decision. Never rejects.
   */
  admit(call: Call): Admission | Promise<Admission>;

  /** Verifies credentials alone: for lists, sessions and handshakes. Decides nothing and writes no event. Never rejects. */
  authenticate(
    authorization: string | readonly string[] | Vouched | undefined,
    context?: AnswerContext,
  ): Promise<Authenticated>;

  /**
   * Writes the audit event, of the kind `protocol`, of a message that calls no operation and is refused: for credentials that
   * `authenticate` refused or could not check, or for what the token lacks. A request without credentials makes no event: it is
   * how clients begin. Waits for the sink as for every other denial. Never rejects.
   */
  record(
    refused: {
      readonly decision: Refusal;
      readonly answer: Answer;
      /** The token, where it is valid. */
      readonly token?: AccessToken | undefined;
    },
    request: ProtocolRequest,
  ): Promise<void>;

  /** A refusal in HTTP: status, header fields (RFC 6750) and problem document (RFC 9457). */
  answer(decision: Refusal, context?: AnswerContext): Answer;

  /** The RFC 9728 document, and where clients look for it; `undefined` without a `resource`. */
  metadata(): { readonly url: string; readonly document: ProtectedResourceMetadata } | undefined;
}

/**
 * Makes the door of a policy: raw token in, decision and answer out. It does no I/O of its own; an outage of anybody it asks
 * is `temporarily_unavailable`, never an allow and never `invalid_token`.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` with every fault of the options at once, `ERR_POLICY_UNKNOWN` for a policy that
 * is none
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
  return assemble(checkAuthorizerOptions(given), newAuditEventMaker);
}

/** Creates the authorizer of a policy for local tokens alone: it accepts no raw token, and writes no audit events. */
export function createLocalAuthorizer<Types extends PolicyTypes>(
  policy: Policy<Types>,
): Authorizer<Types> {
  return assemble({ policy, verify: () => undefined });
}

function assemble<Types extends PolicyTypes>(
  options: AuthorizerOptions<Types>,
  newEventMaker?: typeof newAuditEventMaker,
): Authorizer<Types> {
  const { policy, audit, resource, onAuditError = "deny", timeout = 5_000 } = options;
  const { counts, report } = newFaultReport(options.onFault);
  const factOf = newFactAsker(timeout, report);
  const show = newIdentifier(options, factOf);
  const makeEvent = newEventMaker?.(
    compiledPolicyOf(policy),
    options.sensitive ?? [],
    options.auditKey,
  );
  const metadata = metadataOf(options);
  const answer = newAnswerer(compiledPolicyOf(policy), {
    mode: options.challenge ?? "auto",
    metadataUrl: metadata?.url,
    upgradeStatus: options.upgradeStatus ?? 403,
    retryAfter: Math.ceil(options.retryAfter ?? 5),
  });

  const refuse = (
    decision: Refusal,
    call: Omit<Call, "authorization">,
    token: AccessToken | undefined,
  ): Admission => ({
    kind: "refused",
    decision,
    answer: answer(decision, { ...call, token }),
    token,
  });

  const decideCall = (shown: Shown, call: Omit<Call, "authorization">): Awaitable<Admission> => {
    const token = shown.kind === "token" ? shown.token : undefined;
    const decision = decideShown(policy, shown, call);
    const admission: Admission = decision.allowed
      ? { kind: "allowed", decision, token }
      : refuse(decision, call, token);
    const isTold = !(decision.allowed && call.auditDenialsOnly === true);
    return isTold ? tell(admission, call) : admission;
  };

  /** Step 6, the event: without it nobody gets in, unless the options say so. */
  const tell = (
    admission: Admission,
    call: Omit<Call, "authorization">,
    isProtocol = false,
  ): Awaitable<Admission> => {
    if (audit === undefined || makeEvent === undefined) return admission;
    const { decision, token } = admission;
    const write = async () => {
      const seen = Object.hasOwn(call, "audited") ? call.audited?.() : call;
      const event = {
        operation: call.operation,
        isProtocol,
        decision,
        token,
        status: admission.kind === "refused" ? admission.answer.status : undefined,
        arguments: seen?.arguments ?? call.params,
        requestId: seen?.requestId,
      };
      return audit(await makeEvent(event));
    };
    const written = factOf("audit", write, () => undefined);
    if (onAuditError === "continue") return admission;
    return whenThere(written, (told) =>
      told.kind === "outage" && decision.allowed
        ? refuse(TEMPORARILY_UNAVAILABLE, call, token)
        : admission,
    );
  };

  const decideRaw = async (rawToken: string | undefined, operation: string, params: unknown) =>
    decideCall(await show(credentialsOf(rawToken)), { ...NO_CALL, operation, params });

  return Object.freeze({
    policy,
    resource,
    timeout,
    faults: counts,
    decide: async (rawToken, tool, params?) => {
      const { decision, token } = await decideRaw(rawToken, tool, params);
      return token === undefined ? { decision } : { decision, token };
    },
    authorize: async (rawToken, tool, params?) => {
      const { decision, token } = await decideRaw(rawToken, tool, params);
      if (!decision.allowed) throw new AccessDenied(decision);
      return token as AccessToken;
    },
    admit: (given) => {
      const call = { ...NO_CALL, ...given };
      return whenThere(show(credentialsIn(call.authorization)), (shown) => decideCall(shown, call));
    },
    authenticate: async (authorization, context) => {
      const shown = await show(credentialsIn(authorization));
      if (isGood(shown)) return { kind: "authenticated", token: shown.token };
      const decision = refusalOf(shown);
      return { kind: "refused", decision, answer: answer(decision, context) };
    },
    record: async (refused, request) => {
      const { decision, answer: written, token } = withoutPrototype(refused);
      const { name: operation, requestId } = withoutPrototype(request);
      if (decision.code === "unauthenticated") return;
      const admission: Admission = { kind: "refused", decision, answer: written, token };
      await tell(admission, { ...NO_CALL, operation, requestId }, true);
    },
    answer,
    metadata: () => metadata,
  } satisfies Authorizer<Types>);
}

function credentialsIn(authorization: Call["authorization"]): Credentials | Vouched {
  return isVouched(authorization) ? authorization : readCredentials(authorization);
}

/** The members of a call that an adapter leaves out: they are own members, so that none is inherited. */
const NO_CALL: Omit<Required<Call>, "audited"> = Object.freeze({
  authorization: undefined,
  operation: "",
  params: undefined,
  arguments: undefined,
  requestId: undefined,
  protocolVersion: undefined,
  signInScope: "operation",
  auditDenialsOnly: false,
  credentialsFirst: false,
});

/** A value that is no token to any policy: a refusal takes its place in the order of the decision. */
const NO_TOKEN = null;

/** The order of the policy's codes holds for credentials that are no good, too: an unknown or denied operation is answered as such. */
function decideShown(
  policy: Policy,
  shown: Shown,
  call: Omit<Call, "authorization">,
): DoorDecision {
  const { operation, params } = call;
  const decide = (token: unknown) => policy.decideUntrusted(token, operation, params);
  if (call.credentialsFirst === true && !isGood(shown)) {
    if (shown.kind !== "nobody" || !decide(undefined).allowed) return refusalOf(shown);
  }
  if (shown.kind === "token") return decide(shown.token);
  if (shown.kind === "nobody") return decide(undefined);
  const decision = decide(NO_TOKEN);
  return decision.code === "invalid_token" ? shown.refusal : decision;
}

function isGood(shown: Shown): shown is Extract<Shown, { kind: "token" }> {
  return shown.kind === "token" && hasGoodScope(shown.token);
}

function refusalOf(shown: Shown): Refusal {
  if (shown.kind === "nobody") return UNAUTHENTICATED;
  return shown.kind === "refused" ? shown.refusal : INVALID_TOKEN;
}

function credentialsOf(rawToken: unknown): Credentials {
  if (rawToken === undefined) return { kind: "none" };
  return isBearerToken(rawToken) ? { kind: "bearer", token: rawToken } : { kind: "malformed" };
}
