import type { AuditEvent } from "../audit/audit-event.js";
import type { AccessToken } from "../decision/access-token.js";
import type { Policy } from "../decision/define-policy.js";
import { issuerListFault, resourceFault } from "../discovery/resource-identifier.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { hasConditions } from "../policy/conditions.js";
import {
  checkOptions,
  isBoolean,
  isFunction,
  isStringList,
  oneOf,
  optional,
  positive,
} from "../policy/option-checks.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { nearest } from "../policy/suggest.js";
import { TRUSTABLE_CLAIMS } from "../policy/trustable-claims.js";
import type { ChallengeMode } from "./challenge.js";
import type { Rejection } from "./rejections.js";
import type { Outage, SubjectFacts, Verify } from "./token-verifier.js";

/** The options of `createAuthorizer`. Only `policy` is required; a gate needs `verify`, or claims that it has verified already. */
export interface AuthorizerOptions<Types extends PolicyTypes = PolicyTypes> {
  /** The policy to enforce. */
  readonly policy: Policy<Types>;
  /**
   * Returns the verified claims of a raw token: `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`, or a function of
   * your own. The authorizer rejects claims from your own function before their `nbf` and from their `exp` on; see `clockTolerance`.
   * Without it, every token is invalid: only the option `authenticate` of a gate and local tokens identify callers.
   */
  readonly verify?: Verify;
  /**
   * Returns the facts of the account: tier, account type, entitlements, whether the client belongs to the owner of the API, and the
   * restricted scopes that it is approved for. Own members of
   * the result override those of the token. Called at every request with a valid token.
   */
  readonly subject?: (
    token: AccessToken,
  ) => SubjectFacts | null | undefined | PromiseLike<SubjectFacts | null | undefined>;
  /**
   * The claims of `verify`, or of `authenticate` at a gate, that count as facts of the account. The authorizer removes the others of these from the token, so that
   * handlers, `subject` and audit events do not see them. Default: none. If the policy has a condition on tier, account type or
   * entitlement, give `subject` or this option; `[]` means that no claim counts. A local token keeps all of its members.
   */
  readonly trustClaims?: readonly ("tier" | "account_type" | "entitlements" | "first_party")[];
  /**
   * Seconds by which the clock of the issuer may differ, from 0 to 300. It applies where the authorizer checks `exp` and `nbf`: to
   * tokens of a `verify` function of your own, and to local tokens. `jwtVerifier` and `introspectionVerifier` have an option of the
   * same name. For all tokens, `auth_time` may be in the future by this time. Default: `0`.
   */
  readonly clockTolerance?: number;
  /**
   * Returns whether a token has been revoked, by its claims. Called last, at every request with a valid token. Any result except
   * `true` and `false` is an outage.
   */
  readonly isRevoked?: (token: AccessToken) => boolean | PromiseLike<boolean>;
  /**
   * The audit sink: called with one event for each decision, and with a second one, of the kind `answered`, if a gate reports the
   * status that the client got.
   */
  readonly audit?: (event: AuditEvent) => unknown;
  /** What happens to an allowed call if its event cannot be written: `"deny"` makes it a 503. Default: `"deny"`. */
  readonly onAuditError?: "continue" | "deny";
  /**
   * Called with the token of each allowed call, after its audit event: `touch` of a store. Not called for a public operation without a
   * token. Nothing waits for it: if it throws, rejects or takes longer than `timeout`, that is an outage that is counted and
   * reported, and the call goes on.
   */
  readonly onUsed?: (token: AccessToken) => unknown;
  /**
   * Names of arguments that no event shows, in addition to the names of secrets that the library knows. Letter case is ignored.
   */
  readonly sensitive?: readonly string[];
  /**
   * The key of the digests of `audit.hash` (HMAC): at least 16 characters or bytes. Without it the digests are plain SHA-256, and an
   * attacker can find a value that can be guessed: an e-mail address, a number of ten digits.
   */
  readonly auditKey?: string | Uint8Array;
  /**
   * The resource identifier (RFC 9728): an `https` URL without a fragment, or a loopback URL. Challenges point to its metadata.
   */
  readonly resource?: string;
  /** The issuers that the metadata document names. */
  readonly authorizationServers?: readonly string[];
  /** Whether the metadata document has `scope_descriptions`. Default: `false`. */
  readonly scopeDescriptions?: boolean;
  /** The scopes that a challenge names. Default: `"auto"`. */
  readonly challenge?: ChallengeMode;
  /** The HTTP status of `upgrade_required`. Default: `403`. */
  readonly upgradeStatus?: 402 | 403;
  /**
   * Milliseconds after which a callback without a result counts as an outage. Each of `verify`, `subject`, `isRevoked`, `audit`, `onUsed`
   * and the `params` of a gate has this time for itself. Default: `5000`.
   */
  readonly timeout?: number;
  /** The `Retry-After` of an outage in seconds. Default: `5`. */
  readonly retryAfter?: number;
  /**
   * Called with every outage. By default the authorizer logs a line with `console.error`: the class of the error, without its
   * message. Of `authenticate`, the first line has the message too, without what can be a credential, but not in production
   * (`NODE_ENV`).
   */
  readonly onOutage?: (outage: Outage) => void;
  /**
   * Called with the reason why a token was refused. It is for the operator: no response depends on the reason. By default the
   * authorizer logs each reason once with `console.error`, but not in production (`NODE_ENV`).
   */
  readonly onRejected?: (rejection: Rejection) => void;
}

function isKey(value: unknown): string | undefined {
  const isOne = typeof value === "string" || value instanceof Uint8Array;
  return isOne && value.length >= 16 ? undefined : "expected at least 16 characters or bytes";
}

function isTolerance(value: unknown): string | undefined {
  const isOne = typeof value === "number" && value >= 0 && value <= 300;
  return isOne ? undefined : "expected a number from 0 to 300";
}

const NO_FACTS =
  "is missing: the policy has conditions on tier, account type or entitlement. Give `subject`, which returns them, or " +
  "`trustClaims`, the claims of the token that count (`[]` for none)";

/** Checks the claims to trust, and that an option provides the facts that the conditions of the policy need. */
function trustClaimsFinding(
  value: unknown,
  { policy, subject }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (value === undefined) {
    return subject === undefined && hasConditions(compiledPolicyOf(policy)) ? NO_FACTS : undefined;
  }
  if (!Array.isArray(value)) return `expected a list of ${nameList(TRUSTABLE_CLAIMS)}`;
  const list = Array.from<unknown>(value);
  const faults = list.flatMap((name, index) => {
    if (!TRUSTABLE_CLAIMS.some((known) => known === name)) return unknownClaim(name);
    return list.indexOf(name) < index ? `\`${name as string}\` is listed twice` : [];
  });
  return faults.length === 0 ? undefined : faults.join("; ");
}

function unknownClaim(name: unknown): string {
  if (typeof name !== "string") return `expected names of claims, of ${nameList(TRUSTABLE_CLAIMS)}`;
  const meant = nearest(name, TRUSTABLE_CLAIMS);
  const hint =
    meant === undefined ? `expected ${nameList(TRUSTABLE_CLAIMS)}` : `did you mean \`${meant}\`?`;
  return `unknown claim \`${name}\`; ${hint}`;
}

function nameList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

const CHECKS = {
  policy: (value: unknown) => void compiledPolicyOf(value),
  verify: optional(isFunction),
  subject: optional(isFunction),
  trustClaims: trustClaimsFinding,
  clockTolerance: optional(isTolerance),
  isRevoked: optional(isFunction),
  audit: optional(isFunction),
  onAuditError: optional(oneOf("continue", "deny")),
  onUsed: optional(isFunction),
  sensitive: optional(isStringList),
  auditKey: optional(isKey),
  resource: optional(resourceFault),
  authorizationServers: optional(issuerListFault),
  scopeDescriptions: optional(isBoolean),
  challenge: optional(oneOf("minimum", "union", "auto")),
  upgradeStatus: optional(oneOf(402, 403)),
  timeout: optional(positive(600_000)),
  retryAfter: optional(positive(86_400)),
  onOutage: optional(isFunction),
  onRejected: optional(isFunction),
} satisfies Record<keyof AuthorizerOptions, unknown>;

/**
 * Checks the options of an authorizer and returns a frozen copy of their own members.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`, `ERR_POLICY_UNKNOWN`
 */
export function checkAuthorizerOptions<Types extends PolicyTypes>(
  options: AuthorizerOptions<Types>,
): AuthorizerOptions<Types> {
  return checkOptions("the authorizer", options, CHECKS);
}
