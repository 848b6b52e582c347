import type { AuditedRequest, ProtocolRequest } from "../audit/audited-request.js";
import type { AccessToken } from "../decision/access-token.js";
import type { Allowed, CredentialDenial, Decision } from "../decision/decision.js";
import type { Authorized, ParamsArgument, Policy } from "../decision/define-policy.js";
import type { KnownName } from "../decision/operation-name.js";
import type { ProtectedResourceMetadata } from "../discovery/protected-resource-metadata.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import type { Denial, DenialContext, DenialResponse } from "./challenge.js";
import type { LocalToken } from "./local-token.js";
import type { CallbackName } from "./token-verifier.js";

/** The decision of an authorizer: a decision of the policy, or a denial of the credentials. */
export type AuthorizerDecision = Decision | CredentialDenial;

/** A decision with the token that it is about. */
export interface AuthorizerResult {
  /** The decision on the call. */
  readonly decision: AuthorizerDecision;
  /** The verified claims with the facts of `subject`. Missing without a valid token. */
  readonly token?: AccessToken;
}

/** A call as an adapter passes it in. */
export interface AuthorizationCall {
  /** Every `Authorization` header of the request, unchanged, or a local token; `undefined` without one. */
  readonly authorization: string | readonly string[] | LocalToken | undefined;
  /**
   * Returns claims that the server has verified already, of a session for example, in the form of an {@link AccessToken}; `undefined`
   * or `null` for a caller without them. Called only for a request without an `Authorization` header, or if the authorizer has no
   * `verify`. Claims are checked as those of a `verify` function of your own.
   */
  readonly authenticate?: (() => unknown) | undefined;
  /** The name of the tool or endpoint: any text. An unknown name is denied. */
  readonly operation: string;
  /** The values of its parameters. */
  readonly params?: unknown;
  /** The arguments for the audit event, if they are more than `params`. */
  readonly arguments?: unknown;
  /** The id of the request in the audit event. */
  readonly requestId?: string | undefined;
  /**
   * Reads `arguments` and `requestId` if reading them takes time. Called at most once, after the decision, and only for an event.
   */
  readonly audited?: () => AuditedRequest;
  /** The version of the Model Context Protocol that the client speaks. */
  readonly protocolVersion?: string | undefined;
  /** The scopes in the challenge of a 401 without credentials; see {@link DenialContext.signInScope}. Default: `"operation"`. */
  readonly signInScope?: NonNullable<DenialContext["signInScope"]>;
  /** Whether to write no event for an allowed call: for a gate behind which the same call is decided again. Default: `false`. */
  readonly auditDenialsOnly?: boolean;
  /**
   * Whether a caller without a valid token gets the denial of the credentials even for an unknown or denied operation, as MCP
   * over HTTP requires. Default: `false`.
   */
  readonly credentialsFirst?: boolean;
  /** Whether the gate acts on the decision. `false` only marks the audit event. Default: `true`. */
  readonly enforced?: boolean;
}

/** The next step of an adapter: continue with the token, or write the response. */
export type Admission =
  | {
      readonly kind: "allowed";
      readonly decision: Allowed;
      readonly token: AccessToken | undefined;
      readonly answered?: ReportStatus | undefined;
    }
  | {
      readonly kind: "refused";
      readonly decision: Denial;
      readonly answer: DenialResponse;
      readonly token: AccessToken | undefined;
      readonly answered?: ReportStatus | undefined;
    };

/**
 * Reports the HTTP status that the client got, as a second audit event: the first one, with the same id, this status, and the kind
 * `answered`. Only the first call with a status counts. Missing if the call has no event. Never throws.
 */
export type ReportStatus = (status: number) => void;

/** The result of authentication alone, before an operation is known. */
export type AuthenticationResult =
  | { readonly kind: "authenticated"; readonly token: AccessToken }
  | { readonly kind: "refused"; readonly decision: Denial; readonly answer: DenialResponse };

/**
 * Verifies tokens, asks the callbacks for facts, decides, and returns HTTP responses as data. Keeps no request and no response.
 */
export interface Authorizer<Types extends PolicyTypes = PolicyTypes> {
  /**
   * The policy in force: that of the options, or the last one given to {@link Authorizer.replacePolicy}. The names in its type are
   * always those of the options.
   */
  readonly policy: Policy<Types>;
  /** The resource identifier of the options. */
  readonly resource: string | undefined;
  /** Milliseconds after which a callback without a result counts as an outage. */
  readonly timeout: number;
  /** Whether it verifies tokens: whether it has the option `verify`. */
  readonly verifiesTokens: boolean;
  /** Number of outages so far, by callback. */
  readonly outages: Readonly<Record<CallbackName, number>>;

  /**
   * Decides on a raw bearer token. Never throws on client input and never rejects: the code is `invalid_request` for a text
   * that is not a bearer token, and `temporarily_unavailable` for an outage.
   *
   * @param rawToken - the token without `Bearer`; `undefined` for a request without credentials
   */
  decide<const Name extends string>(
    rawToken: string | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Promise<AuthorizerResult>;

  /**
   * Decides as {@link Authorizer.decide} does, for code that continues only if the call is allowed.
   *
   * @throws {@link AccessDenied} with the decision, for every denial
   */
  authorize<const Name extends string>(
    rawToken: string | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Promise<Authorized<Types, Name>>;

  /**
   * Decides on a whole call, as adapters do: from the `Authorization` header to the response. Returns a promise only if a
   * callback returns one, since a promise costs more than a decision. Never rejects.
   */
  admit(call: AuthorizationCall): Admission | Promise<Admission>;

  /** Verifies credentials alone: for lists, sessions and handshakes. Decides nothing and writes no event. Never rejects. */
  authenticate(
    authorization: string | readonly string[] | LocalToken | undefined,
    context?: DenialContext,
    authenticate?: AuthorizationCall["authenticate"],
  ): Promise<AuthenticationResult>;

  /**
   * Writes the audit event, of the kind `protocol`, of a denied message that calls no operation: because `authenticate` refused
   * the credentials or could not check them, or because of what the token lacks. A request without credentials makes no event:
   * that is how clients begin. Waits for the sink as for every other denial. Never rejects. Returns the function that reports the
   * status that the client got; `undefined` without an event.
   */
  record(
    refused: {
      readonly decision: Denial;
      readonly answer: DenialResponse;
      /** The token, if it is valid. */
      readonly token?: AccessToken | undefined;
    },
    request: ProtocolRequest,
  ): Promise<ReportStatus | undefined>;

  /** Returns the HTTP response to a denial: status, headers (RFC 6750) and problem document (RFC 9457). */
  answer(decision: Denial, context?: DenialContext): DenialResponse;

  /**
   * Replaces the policy at once, with everything that depends on it: cached decisions and scopes of tokens, routes of gates, tool
   * lists, challenges and the metadata document. A request that began before ends under the policy with which it began: its
   * decision, its challenge and its audit events are of one version. An open stream of the MCP gate is checked against the new
   * policy at its next check. A call of an operation that the new policy does not have is denied.
   *
   * It changes no other option, stores nothing, and informs no other process and no client. It does not compare the policies: see
   * `diffPolicies` of `scope-policy/analysis`, and `loadPolicySource` of `scope-policy/policy-source`, which also refuses an older version.
   *
   * @throws {@link PolicyError} and keeps the policy in force: `ERR_POLICY_UNKNOWN` for a value that `definePolicy` or `loadPolicy`
   * did not return, `ERR_OPTIONS_INVALID` for a policy with conditions if the authorizer has neither `subject` nor `trustClaims`
   *
   * @example
   * ```ts
   * import { createAuthorizer, loadPolicy } from "scope-policy";
   *
   * const policyOf = (scope: string) =>
   *   loadPolicy({ name: "Shop", version: "1", scopes: { [scope]: "See orders" }, tools: { list_orders: scope } });
   * const verify = () => ({ scope: "orders:read" });
   * const authorizer = createAuthorizer({ policy: policyOf("orders:read"), verify });
   * (await authorizer.decide("demo", "list_orders")).decision.allowed; // true
   * authorizer.replacePolicy(policyOf("orders:list"));
   * (await authorizer.decide("demo", "list_orders")).decision.code; // "insufficient_scope"
   * ```
   */
  replacePolicy(next: AnyPolicy): void;

  /** Returns the RFC 9728 document and the URL where clients look for it; `undefined` without a `resource`. */
  metadata(): { readonly url: string; readonly document: ProtectedResourceMetadata } | undefined;
}
