import { firstItems } from "../grammar/any-value.js";
import { isObject } from "../grammar/is-object.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { hasInvisible, replaceInvisible } from "../grammar/shown-text.js";
import { isSecure, urlParts, webLink } from "../grammar/url.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { createApproval } from "../policy/approval.js";
import { CLIENT_MEMBERS } from "../policy/client.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import {
  checkOptions,
  isString,
  isStringList,
  type OptionCheck,
  oneOf,
  optional,
} from "../policy/option-checks.js";
import { withoutPrototype } from "../policy/own-members.js";
import {
  createCeiling,
  type ListedScope,
  listedScopes,
  textsWithoutImplied,
  withImpliedListed,
} from "../policy/scope-ceiling.js";
import { scopeTokens } from "./public-scopes.js";

/** The limits on what clients can register. */
export interface RegistrationOptions {
  /**
   * The scopes that clients can register, in addition to the scopes that these imply. A template covers each of its values.
   * Default: every scope that is not reserved.
   */
  readonly ceiling?: readonly string[];
  /** The restricted scopes that the server approved for this client. A template covers each of its values. Default: none. */
  readonly approvedScopes?: readonly string[];
  /** The scope of a client that requests none, as far as it can be registered. Default: the policy's `defaultScopes`. */
  readonly defaultScope?: string;
  /** Whether scopes that the policy does not declare are left out or make the registration fail. Default: `"drop"`. */
  readonly unknownScopes?: "drop" | "refuse";
}

const CHECKS = {
  ceiling: optional(isStringList),
  approvedScopes: optional(isStringList),
  defaultScope: optional(isString),
  unknownScopes: optional(oneOf("drop", "refuse")),
} satisfies Record<keyof RegistrationOptions, OptionCheck>;

/** The result for a registration request. */
export type RegistrationResult =
  | {
      readonly ok: true;
      /** The metadata to register: as sent, with `scope` as registered. */
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  | {
      readonly ok: false;
      /** The error code of RFC 7591, section 3.2.2. */
      readonly error: "invalid_client_metadata" | "invalid_redirect_uri";
      /** One line from a fixed table. */
      readonly error_description: string;
    };

const LINKS = ["client_uri", "logo_uri", "policy_uri", "tos_uri"] as const;
/** Maximum length of a client name, in UTF-16 units. */
const MAX_NAME_LENGTH = 200;

/**
 * Checks the metadata that a client sends for registration. A malformed `scope`, a reserved scope, a restricted scope that the client
 * is not approved for, and a scope beyond the ceiling are refused; one entry of the ceiling has to cover a template with all of its
 * values. An older name is replaced by the current names that the ceiling covers. Names that the policy does not declare are left
 * out, or refused with `unknownScopes: "refuse"`. If no scope is left, the client gets the scope of a client that requests none. The
 * result has the registered scope, which the response must return (RFC 7591, section 3.2.1).
 *
 * A name with invisible characters and a link that is not a plain `https` URL are refused, because a consent page shows them.
 * Members that only the server can set are left out, whatever their spelling and language tag: `client_id`, `client_secret`,
 * `registration_access_token`, `firstParty`, `verifiedDomain`, `requiredScopes`, `approvedScopes` and similar ones.
 *
 * This function registers nothing and does not check other members. Never throws on client input.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`, `ERR_POLICY_UNKNOWN`
 *
 * {@link https://www.rfc-editor.org/rfc/rfc7591.html#section-2 RFC 7591, section 2}
 *
 * @example
 * ```ts
 * import { clientRegistration, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": {}, "admin:all": { reserved: true } } });
 * clientRegistration(policy, { client_name: "Reports", scope: "orders:read" }).ok; // true
 * clientRegistration(policy, { scope: "admin:all" }).ok; // false
 * ```
 */
export function clientRegistration(
  policy: AnyPolicy,
  metadata: unknown,
  given: RegistrationOptions = {},
): RegistrationResult {
  const compiled = compiledPolicyOf(policy);
  const options = checkOptions("the registration", given, CHECKS);
  const sent = copyClientMembers(metadata);
  if (sent === undefined) return refuseMetadata("the metadata is not a JSON object");
  // a member can occur again for each language: `client_name#ja` (RFC 7591, section 2.2)
  const valuesOf = (member: string) =>
    Object.entries(sent).flatMap(([key, value]) =>
      value !== undefined && (key === member || key.startsWith(`${member}#`)) ? [value] : [],
    );
  if (!valuesOf("client_name").every(isName)) {
    return refuseMetadata("client_name is not a displayable text");
  }
  const link = LINKS.find((member) =>
    valuesOf(member).some((value) => webLink(value) === undefined),
  );
  if (link !== undefined) return refuseMetadata(`${link} is not an https URL`);
  if (!areRedirects(sent["redirect_uris"])) {
    return { ...refuseMetadata("invalid redirect URI"), error: "invalid_redirect_uri" };
  }
  const { scope: wanted, ...others } = sent;
  const scope = registeredScope(compiled, wanted, options);
  if (scope === undefined)
    return refuseMetadata("scope contains a scope that this client cannot have");
  return { ok: true, metadata: Object.freeze(scope === "" ? others : { ...others, scope }) };
}

/** Returns the result for metadata that is refused. */
function refuseMetadata(error_description: string) {
  return { ok: false, error: "invalid_client_metadata", error_description } as const;
}

/** Members that only the server sets (RFC 7591, section 3.2.1; RFC 7592, section 3), in addition to those in `CLIENT_MEMBERS`. */
const SET_BY_SERVER = [
  "client_secret",
  "client_id_issued_at",
  "client_secret_expires_at",
  "registration_access_token",
  "registration_client_uri",
];

const SERVER_MEMBERS: ReadonlySet<string> = new Set(
  [
    ...SET_BY_SERVER,
    ...Object.entries(CLIENT_MEMBERS)
      .filter(([, owner]) => owner === "server")
      .map(([member]) => member),
  ].map(normalizeMember),
);

/**
 * Returns a member name without differences of spelling: letter case, separators, invisible characters, compatibility forms and
 * language tag.
 */
function normalizeMember(member: string): string {
  const [name = ""] = member.normalize("NFKC").split("#", 1);
  return replaceInvisible(name.toLowerCase(), "").replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** Returns a copy of the own members that a client can set; `undefined` for a value that is not an object or cannot be read. */
function copyClientMembers(metadata: unknown): Record<string, unknown> | undefined {
  try {
    if (!isObject(metadata)) return undefined;
    const entries = Object.entries(metadata).filter(
      ([key]) => key !== "__proto__" && !SERVER_MEMBERS.has(normalizeMember(key)),
    );
    return withoutPrototype(Object.fromEntries(entries));
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

/** Returns the scope to register, `""` for none; `undefined` if the requested scope is refused. */
function registeredScope(
  policy: CompiledPolicy,
  scope: unknown,
  { ceiling, defaultScope, unknownScopes, approvedScopes }: RegistrationOptions,
): string | undefined {
  const limit = ceiling && createCeiling(policy, ceiling, false);
  const approval = createApproval(policy, approvedScopes);
  const isWithin = (listed: ListedScope) =>
    limit?.covers(listed) !== false && approval.covers(listed);
  const namesOf = (token: string) => registeredNames(policy, token, isWithin);
  const tokens = scope === undefined || scope === "" ? [] : scopeTokens(scope);
  if (tokens === undefined) return undefined;
  const registered = new Set<string>();
  for (const token of tokens) {
    const names = namesOf(token);
    if (names === "refused" || (names === "unknown" && unknownScopes === "refuse"))
      return undefined;
    if (names !== "unknown") for (const name of names) registered.add(name);
  }
  if (registered.size > 0) return [...registered].join(" ");
  const defaults =
    defaultScope === undefined
      ? (policy.definition.defaultScopes ?? [])
      : (scopeTokens(defaultScope) ?? []);
  // the client did not request these: the ones that it cannot register are left out, not refused
  const given = defaults.map(namesOf).flatMap((names) => (typeof names === "string" ? [] : names));
  return [...new Set(given)].join(" ");
}

/**
 * Returns the names under which a scope is registered. A current name is kept as sent. An older name is replaced by the current
 * names that it means and the ceiling covers, without those that others of them imply.
 */
function registeredNames(
  policy: CompiledPolicy,
  token: string,
  isWithin: (listed: ListedScope) => boolean,
): readonly string[] | "refused" | "unknown" {
  const named = listedScopes(policy, token, false);
  if (named.length === 0) {
    return listedScopes(policy, token, true).length > 0 ? "refused" : "unknown";
  }
  const own = named.find(({ text }) => text === printedScope(token));
  if (own !== undefined) return isWithin(own) ? [token] : "refused";
  const within = withImpliedListed(policy, named).filter(isWithin);
  const left = textsWithoutImplied(policy, within);
  const names = within.flatMap(({ text }) => (left.has(text) ? [text] : []));
  return names.length > 0 ? names : "refused";
}

/** Returns whether a client name can be shown on a consent page. */
function isName(name: unknown): boolean {
  return (
    typeof name === "string" &&
    name.trim() !== "" &&
    name.length <= MAX_NAME_LENGTH &&
    !hasInvisible(name)
  );
}

/** Maximum number of redirect URIs: more than any client has. */
const MAX_REDIRECTS = 4_096;

function areRedirects(uris: unknown): boolean {
  if (uris === undefined) return true;
  const list = firstItems(uris, MAX_REDIRECTS + 1);
  return list !== undefined && list.length <= MAX_REDIRECTS && list.every(isRedirect);
}

/**
 * Returns whether a redirect URI is accepted: `https`, a loopback address, or a private-use scheme of an app with a dot in it
 * (RFC 8252, sections 7.1 and 7.3). It must not have a fragment (RFC 6749, section 3.1.2) or a wildcard (URIs are compared
 * exactly: RFC 9700, section 2.1), and must not be a web address that a URL parser would correct.
 */
function isRedirect(uri: unknown): boolean {
  if (typeof uri !== "string" || /[^\x21-\x7e]|["<>\\^`{|}#*]/.test(uri)) return false;
  if (/^https?:(?!\/\/[^/?])/i.test(uri)) return false;
  const url = urlParts(uri);
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  return isSecure(url) || /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
}
