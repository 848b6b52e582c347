import type { AccessToken } from "../decision/access-token.js";
import type { Policy } from "../decision/policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { hasConditions } from "../policy/conditions.js";
import type { PolicyTypes } from "../policy/definition.js";
import { nearest } from "../policy/findings.js";
import {
  checkOptions,
  isFunction,
  isTextList,
  oneOf,
  optional,
  positive,
  required,
} from "../policy/option-checks.js";
import type { AuditEvent } from "./audit-event.js";
import type { ChallengeMode } from "./challenge.js";
import { isIssuerList, isResource } from "./options.js";
import type { Fault, SubjectFacts, Verify } from "./verify.js";

/** What an authorizer is made of. Only `policy` and `verify` are needed; neither has a default. */
export interface AuthorizerOptions<Types extends PolicyTypes = PolicyTypes> {
  /** Who may do what. */
  readonly policy: Policy<Types>;
  /**
   * Returns the verified claims of a raw token: `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`, or a
   * function of your own. What a function of your own returns is refused before an own `nbf` and from its `exp` on; see `clockTolerance`.
   */
  readonly verify: Verify;
  /**
   * Returns facts of the account: tier, account type, and whether the client belongs to the API's owner. Its own members
   * override those of the token. Called at every request with a valid token.
   */
  readonly subject?: (
    token: AccessToken,
  ) => SubjectFacts | null | undefined | PromiseLike<SubjectFacts | null | undefined>;
  /**
   * The members of what `verify` returns that count in addition to the scope and the identity. Each other one of these is
   * taken off the token, which handlers, `subject` and audit events see without it. Default: none. Where the policy has a
   * condition on tier or account type, give `subject` or this option; `[]` means that no claim counts. A local token keeps all of its
   * members. `"entitlements"` has no effect yet.
   */
  readonly trustClaims?: readonly ("tier" | "account_type" | "entitlements" | "first_party")[];
  /**
   * How many seconds the clock of the issuer may differ where the authorizer checks `exp` and `nbf`: for tokens of a `verify`
   * function of your own, and for local tokens. From 0 to 300. Default: `0`. `jwtVerifier` and `introspectionVerifier` have an
   * option of the same name.
   */
  readonly clockTolerance?: number;
  /** Whether a token has been revoked, by its claims; asked last, at every request with a good token. Only `false` is no. */
  readonly isRevoked?: (token: AccessToken) => boolean | PromiseLike<boolean>;
  /** Takes one event for each decision. */
  readonly audit?: (event: AuditEvent) => unknown;
  /** What an event that could not be written does to a call that would be allowed: `"deny"` (the default) makes it a 503. */
  readonly onAuditError?: "continue" | "deny";
  /** Names of arguments that no event shows, besides those that name a secret by themselves; letter case counts for nothing. */
  readonly sensitive?: readonly string[];
  /**
   * Keys the digests of `audit.hash` (HMAC): a text of 16 characters or more, or as many bytes. Without it they are plain SHA-256,
   * and what can be guessed can be found: an e-mail address, a number of ten digits.
   */
  readonly auditKey?: string | Uint8Array;
  /** The resource identifier (RFC 9728): an `https` URL without fragment, or a loopback one. Challenges point to its metadata. */
  readonly resource?: string;
  /** The issuers that the metadata document names. */
  readonly authorizationServers?: readonly string[];
  /** What a challenge names; `"auto"` by default. */
  readonly challenge?: ChallengeMode;
  /** The status of `upgrade_required`; 403 by default. */
  readonly upgradeStatus?: 402 | 403;
  /** After how many milliseconds whoever is asked counts as out; 5,000 by default. Each has as much: `verify`, `subject`, `isRevoked`, `audit`, and the `params` of a gate. */
  readonly timeout?: number;
  /** The `Retry-After` of an outage, in seconds; 5 by default. */
  readonly retryAfter?: number;
  /** Told of every outage. By default a line goes to `console.error`, with the kind of error and without its text. */
  readonly onFault?: (fault: Fault) => void;
}

function isKey(value: unknown): string | undefined {
  const isOne = typeof value === "string" || value instanceof Uint8Array;
  return isOne && value.length >= 16 ? undefined : "expected a text of 16 characters, or 16 bytes";
}

function isTolerance(value: unknown): string | undefined {
  const isOne = typeof value === "number" && value >= 0 && value <= 300;
  return isOne ? undefined : "expected a number from 0 to 300";
}

const TRUSTABLE = ["tier", "account_type", "entitlements", "first_party"] as const;

const NO_FACTS =
  "is missing: the policy has conditions on tier or account type. Give `subject`, which returns them, or " +
  "`trustClaims`, the claims of the token that count (`[]` for none)";

/** Checks the claims to trust, and that an option says where the facts come from that the policy asks for. */
function trustFault(
  value: unknown,
  { policy, subject }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (value === undefined) {
    return subject === undefined && hasConditions(compiledPolicyOf(policy)) ? NO_FACTS : undefined;
  }
  if (!Array.isArray(value)) return `expected a list of ${nameList(TRUSTABLE)}`;
  const list = Array.from<unknown>(value);
  const faults = list.flatMap((name, index) => {
    if (!TRUSTABLE.some((known) => known === name)) return unknownClaim(name);
    return list.indexOf(name) < index ? `\`${name as string}\` is listed twice` : [];
  });
  return faults.length === 0 ? undefined : faults.join("; ");
}

function unknownClaim(name: unknown): string {
  if (typeof name !== "string") return `expected names of claims, of ${nameList(TRUSTABLE)}`;
  const meant = nearest(name, TRUSTABLE);
  const hint =
    meant === undefined ? `expected ${nameList(TRUSTABLE)}` : `did you mean \`${meant}\`?`;
  return `unknown claim \`${name}\`; ${hint}`;
}

function nameList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

const CHECKS = {
  policy: (value: unknown) => void compiledPolicyOf(value),
  verify: required(isFunction),
  subject: optional(isFunction),
  trustClaims: trustFault,
  clockTolerance: optional(isTolerance),
  isRevoked: optional(isFunction),
  audit: optional(isFunction),
  onAuditError: optional(oneOf("continue", "deny")),
  sensitive: optional(isTextList),
  auditKey: optional(isKey),
  resource: optional(isResource),
  authorizationServers: optional(isIssuerList),
  challenge: optional(oneOf("minimum", "union", "auto")),
  upgradeStatus: optional(oneOf(402, 403)),
  timeout: optional(positive(600_000)),
  retryAfter: optional(positive(86_400)),
  onFault: optional(isFunction),
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
