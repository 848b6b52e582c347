import { firstItems, readOneOrMore } from "../grammar/any-value.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import { ownMembers, withoutPrototype } from "../policy/own-members.js";
import { runtime } from "../policy/runtime.js";
import { namedMeanings } from "../policy/scope-meanings.js";
import {
  cleanIdentifier,
  cleanText,
  redactClientText,
  redactCredentials,
  redactName,
  redactText,
} from "./redaction/clean-text.js";

/**
 * The action of an authorization server: it registered a client, asked a user for consent, issued tokens, or revoked a grant or
 * token.
 */
export type AuthorizationEventType = "registration" | "consent" | "token" | "revocation";

/**
 * The outcome of the action. `success`: the server did what the request asked for. `denied`: the user or a rule refused it.
 * `failure`: the server could not decide, because a dependency failed.
 */
export type AuthorizationOutcome = "success" | "denied" | "failure";

const TYPES = ["registration", "consent", "token", "revocation"] satisfies AuthorizationEventType[];
const OUTCOMES = ["success", "denied", "failure"] satisfies AuthorizationOutcome[];

/**
 * What an authorization server knows about one request. `undefined` counts as left out.
 *
 * Your program sets `type`, `outcome`, `time`, `status` and `first_party`, and they are checked. All other members can contain
 * client input of any type: texts are cleaned and cut, and values that are not text are left out.
 */
export interface AuthorizationDetails {
  /** The action of the server. */
  readonly type: AuthorizationEventType;
  /** The outcome of the action. */
  readonly outcome: AuthorizationOutcome;
  /** The OAuth error code of the response, such as `access_denied`, or a code of the server. */
  readonly error?: unknown;
  /** One line for the operator. Maximum: 512 characters. */
  readonly reason?: unknown;
  /** The client. */
  readonly client_id?: unknown;
  /** The name that the client gives itself. Maximum: 128 characters. */
  readonly client_name?: unknown;
  /** Whether the client belongs to the owner of the API. */
  readonly first_party?: boolean | undefined;
  /** The user, if the server has authenticated one. */
  readonly sub?: unknown;
  /** The issuer: the server itself. */
  readonly iss?: unknown;
  /** The scopes that were registered, granted, or are in the token: a scope text or a list. */
  readonly scope?: unknown;
  /** The scopes that the client asked for: a scope text or a list. */
  readonly requested?: unknown;
  /** The scopes that were withdrawn: a scope text or a list. */
  readonly removed?: unknown;
  /** The values of the boundaries that were granted or are in the token: an object of lists by name. */
  readonly boundaries?: unknown;
  /** The identifier of the grant. */
  readonly grantId?: unknown;
  /** The grant type of a token request. */
  readonly grant_type?: unknown;
  /** The identifier of the token, never the token. */
  readonly jti?: unknown;
  /** The HTTP status of the response. */
  readonly status?: number | undefined;
  /** The id of the request. */
  readonly requestId?: unknown;
  /** The time of the action. Default: now. */
  readonly time?: Date | undefined;
}

/**
 * An action of an authorization server as plain data. Members that an {@link AuditEvent} has too mean the same there. Every text is
 * as safe: one line of bounded length, without control, format or bidirectional characters, and without text that looks like a
 * credential. `JSON.stringify(event)` is one line of at most 16 KiB characters. Only events of this kind have a `type`.
 */
export interface AuthorizationEvent {
  /** The id of the event: a UUID. */
  readonly id: string;
  /** The time of the action (ISO 8601, UTC). */
  readonly time: string;
  /** The policy that applied. */
  readonly policy: { readonly name: string; readonly version: string };
  /** The action of the server. */
  readonly type: AuthorizationEventType;
  /** The outcome of the action. */
  readonly outcome: AuthorizationOutcome;
  /** The OAuth error code. */
  readonly error?: string;
  /** One line for the operator. */
  readonly reason?: string;
  /** The user, identified by `sub` and `iss`. */
  readonly actor: { readonly sub?: string; readonly iss?: string };
  /** The OAuth client of the event. */
  readonly client: {
    readonly client_id?: string;
    readonly client_name?: string;
    readonly first_party?: true;
  };
  /** The identifier of the token, which is not a credential, and its issuer. */
  readonly token: { readonly jti?: string; readonly iss?: string };
  /** The identifier of the grant, and the grant type of the request. */
  readonly grant: { readonly id?: string; readonly grant_type?: string };
  /** The scopes by what happened to them; `leftOut` counts the scopes for which the event has no room. */
  readonly scopes: {
    readonly granted?: readonly string[];
    readonly requested?: readonly string[];
    readonly removed?: readonly string[];
    readonly leftOut?: number;
  };
  /** The granted values by boundary of the policy, as far as the event has room for them. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  /** The number of granted values for which the event has no room. */
  readonly boundariesLeftOut?: number;
  /** The HTTP status of the response. */
  readonly status?: number;
  /** The id of the request. */
  readonly requestId?: string;
}

const MAX_NAME = 128;
const MAX_SCOPE = 256;
const MAX_REASON = 512;
/** Maximum length in characters of all the scopes of one event. */
const MAX_SCOPES = 6_144;
const anyValue: OptionCheck = () => undefined;

const isDate: OptionCheck = (value) =>
  value instanceof Date && Number.isFinite(value.getTime()) ? undefined : "expected a valid date";
const isStatus: OptionCheck = (value) =>
  Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599
    ? undefined
    : "expected an HTTP status";

const CHECKS = {
  type: required(oneOf(...TYPES)),
  outcome: required(oneOf(...OUTCOMES)),
  first_party: optional(oneOf(true, false)),
  status: optional(isStatus),
  time: optional(isDate),
  error: anyValue,
  reason: anyValue,
  client_id: anyValue,
  client_name: anyValue,
  sub: anyValue,
  iss: anyValue,
  scope: anyValue,
  requested: anyValue,
  removed: anyValue,
  boundaries: anyValue,
  grantId: anyValue,
  grant_type: anyValue,
  jti: anyValue,
  requestId: anyValue,
} satisfies Record<keyof AuthorizationDetails, OptionCheck>;

/**
 * Creates the audit event of an authorization server for one registration, consent, token or revocation request. The event is a
 * plain object for the same sink and the same mappers as the events of an authorizer. The function does not write it anywhere.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with every finding at once, for unknown keys and for members of a wrong type
 * that your program sets; `ERR_POLICY_UNKNOWN` for a value that `definePolicy` or `loadPolicy` did not return. Client input never
 * makes it throw.
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { authorizationEvent } from "scope-policy/audit";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": "See your orders" } });
 * const event = authorizationEvent(policy, {
 *   type: "consent",
 *   outcome: "success",
 *   client_id: "assistant",
 *   sub: "user-1",
 *   requested: "orders:read orders:write",
 *   scope: "orders:read",
 *   grantId: "grant-1",
 * });
 * event.scopes.granted; // ["orders:read"]
 * ```
 */
export function authorizationEvent(
  policy: AnyPolicy,
  details: AuthorizationDetails,
): AuthorizationEvent {
  const compiled = compiledPolicyOf(policy);
  const { definition } = compiled;
  const known = withoutUndefined(details);
  checkOptions("`authorizationEvent`", known, CHECKS);
  const { type, outcome, time = new Date(), status, first_party } = known;
  const issuer = member("iss", known.iss, cleanIdentifier);
  return {
    id: runtime.crypto.randomUUID(),
    time: time.toISOString(),
    policy: {
      name: cleanIdentifier(definition.name),
      version: cleanIdentifier(definition.version),
    },
    type,
    outcome,
    ...member("error", known.error, cleanProtocolName),
    ...member("reason", known.reason, cleanReason),
    actor: { ...member("sub", known.sub, cleanIdentifier), ...issuer },
    client: {
      ...member("client_id", known.client_id, cleanIdentifier),
      ...member("client_name", known.client_name, cleanClientName),
      ...(first_party === true && { first_party }),
    },
    token: { ...member("jti", known.jti, cleanIdentifier), ...issuer },
    grant: {
      ...member("id", known.grantId, cleanIdentifier),
      ...member("grant_type", known.grant_type, cleanProtocolName),
    },
    scopes: scopesOf(compiled, known),
    ...boundariesOf(compiled, known.boundaries),
    ...(status !== undefined && { status }),
    ...member("requestId", known.requestId, cleanIdentifier),
  };
}

/** Returns whether an event comes from an authorization server. */
export function isAuthorizationEvent<Other extends object>(
  event: Other | AuthorizationEvent,
): event is AuthorizationEvent {
  return Object.hasOwn(event, "type");
}

/** Returns the own members that are not `undefined`. A value that is not an object has none, and the checks report that. */
function withoutUndefined(details: AuthorizationDetails): AuthorizationDetails {
  const entries = Object.entries(ownMembers(details) ?? {}).filter(
    ([, value]) => value !== undefined,
  );
  return withoutPrototype(Object.fromEntries(entries)) as unknown as AuthorizationDetails;
}

function member<const Name extends string>(
  name: Name,
  value: unknown,
  clean: (text: string) => string,
): { readonly [Key in Name]?: string } {
  const found = typeof value === "string" && value !== "" ? { [name]: clean(value) } : {};
  return found as { readonly [Key in Name]?: string };
}

/** Returns the clean text of a protocol code or name, which can be client input. */
function cleanProtocolName(text: string): string {
  return redactName(cleanText(text, MAX_NAME));
}

function cleanClientName(text: string): string {
  return redactClientText(cleanText(text, MAX_NAME));
}

function cleanReason(text: string): string {
  return redactText(cleanText(text, MAX_REASON));
}

const SCOPES = [
  ["granted", "scope"],
  ["removed", "removed"],
  ["requested", "requested"],
] as const;

function scopesOf(
  policy: CompiledPolicy,
  known: AuthorizationDetails,
): AuthorizationEvent["scopes"] {
  // a scope of the policy, such as `secrets:read`, is a name, and so are the values of granted scopes; other text can be a secret
  const isName = (token: string, isGranted: boolean) =>
    namedMeanings(policy, token, true).some(({ values }) => isGranted || values.length === 0);
  let room = MAX_SCOPES;
  let leftOut = 0;
  const written = SCOPES.flatMap(([name, option]) => {
    const tokens = tokensOf(known[option]);
    if (tokens === undefined) return [];
    const fitting: string[] = [];
    for (const token of tokens) {
      const redact = isName(token, name !== "requested") ? redactCredentials : redactName;
      const clean = redact(cleanText(token, MAX_SCOPE));
      room -= clean.length + 3;
      if (room < 0) break;
      fitting.push(clean);
    }
    leftOut += tokens.length - fitting.length;
    return [[name, fitting] as const];
  });
  return { ...Object.fromEntries(written), ...(leftOut > 0 && { leftOut }) };
}

/** Maximum number of scopes that are read: more than an event has room for. */
const MAX_TOKENS = 65_536;

/** Returns the scope tokens of a text or of a list; `undefined` for any other value. */
function tokensOf(scope: unknown): readonly string[] | undefined {
  if (typeof scope === "string") return scope.split(" ").filter((token) => token !== "");
  return firstItems(scope, MAX_TOKENS)?.filter(
    (token): token is string => typeof token === "string" && token !== "",
  );
}

/** Maximum length in characters of all the values of boundaries in one event. */
const MAX_BOUNDARIES = 2_048;

/** Returns the values of the boundaries that the policy declares. Each has its own member, also without a value. */
function boundariesOf(
  { boundaries }: CompiledPolicy,
  given: unknown,
): Pick<AuthorizationEvent, "boundaries" | "boundariesLeftOut"> {
  const members = ownMembers(given as Readonly<Record<string, unknown>> | undefined);
  let room = MAX_BOUNDARIES;
  let leftOut = 0;
  const written = boundaries.flatMap(({ name }) => {
    const values = readOneOrMore(members?.[name]);
    if (values === undefined) return [];
    const fitting = values.flatMap((value) => {
      const clean = cleanIdentifier(value);
      room -= clean.length + 3;
      if (room < 0) leftOut += 1;
      return room < 0 ? [] : [clean];
    });
    return [[cleanIdentifier(name), fitting] as const];
  });
  return {
    ...(written.length > 0 && { boundaries: Object.fromEntries(written) }),
    ...(leftOut > 0 && { boundariesLeftOut: leftOut }),
  };
}
