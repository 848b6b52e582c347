import { firstItems } from "../grammar/any-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { holdsUnseen } from "../grammar/shown-text.js";
import { isLoopback, urlParts, webLink } from "../grammar/url.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { CLIENT_MEMBERS } from "../policy/client.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import {
  checkOptions,
  isText,
  isTextList,
  type OptionCheck,
  oneOf,
  optional,
} from "../policy/option-checks.js";
import { withoutPrototype } from "../policy/own-members.js";
import {
  closeOverListed,
  createCeiling,
  type ListedScope,
  listedScopes,
  textsWithoutImplied,
} from "../policy/scope-ceiling.js";
import { scopeTokens } from "./public-scopes.js";

/** What a server lets clients register. */
export interface RegistrationOptions {
  /**
   * The scopes that may be registered, and what they imply; a template stands for each of its values. Default: every scope that
   * is not reserved.
   */
  readonly ceiling?: readonly string[];
  /** The scope of a client that names none, as far as it may be registered. Default: the policy's `defaultScopes`. */
  readonly defaultScope?: string;
  /** What happens to names that the policy does not declare: they are left out (the default), or refuse the registration. */
  readonly unknownScopes?: "drop" | "refuse";
}

const CHECKS = {
  ceiling: optional(isTextList),
  defaultScope: optional(isText),
  unknownScopes: optional(oneOf("drop", "refuse")),
} satisfies Record<keyof RegistrationOptions, OptionCheck>;

/** What to answer a registration request. */
export type RegistrationResult =
  | {
      readonly ok: true;
      /** The metadata to register: what was sent, with `scope` as it is granted. */
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  | {
      readonly ok: false;
      /** As RFC 7591, section 3.2.2 names it. */
      readonly error: "invalid_client_metadata" | "invalid_redirect_uri";
      /** One line, of a fixed table. */
      readonly error_description: string;
    };

const LINKS = ["client_uri", "logo_uri", "policy_uri", "tos_uri"] as const;
const LONGEST_NAME = 200;

/**
 * Checks what a client wants to register. A malformed `scope`, a reserved scope and one beyond the ceiling are refused. An older
 * name is replaced by the current names that the ceiling covers. Names that the policy does not declare are left out, or refused
 * with `unknownScopes: "refuse"`; where nothing is left, the client gets the scope of a client that names none. The result has the
 * scope as it is registered, which the response must return (RFC 7591, section 3.2.1).
 *
 * A name with invisible characters and a link that is not a plain `https` URL are refused, since a consent page shows them.
 * Members that only the server may set are left out, whatever their spelling and language tag: `client_id`, `client_secret`,
 * `registration_access_token`, `first_party`, `verified_domain`, `required_scopes` and the like.
 *
 * It registers nothing and does not check other members. Never throws on anything a client can send.
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
  const sent = copyOf(metadata);
  if (sent === undefined) return refuse("the metadata is no JSON object");
  // a member may come once more for each language: `client_name#ja` (RFC 7591, section 2.2)
  const valuesOf = (member: string) =>
    Object.entries(sent).flatMap(([key, value]) =>
      value !== undefined && (key === member || key.startsWith(`${member}#`)) ? [value] : [],
    );
  if (!valuesOf("client_name").every(isName)) {
    return refuse("client_name is no text that can be shown");
  }
  const link = LINKS.find((member) =>
    valuesOf(member).some((value) => webLink(value) === undefined),
  );
  if (link !== undefined) return refuse(`${link} is no https URL`);
  if (!areRedirects(sent["redirect_uris"])) {
    return { ...refuse("a redirect URI cannot be used"), error: "invalid_redirect_uri" };
  }
  const { scope: wanted, ...others } = sent;
  const scope = registeredScope(compiled, wanted, options);
  if (scope === undefined) return refuse("scope holds what this client cannot have");
  return { ok: true, metadata: Object.freeze(scope === "" ? others : { ...others, scope }) };
}

function refuse(error_description: string) {
  return { ok: false, error: "invalid_client_metadata", error_description } as const;
}

/** Members that the server sets (RFC 7591, section 3.2.1; RFC 7592, section 3), besides those of a client's facts. */
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
    ...Object.entries(CLIENT_MEMBERS).flatMap(([member, owner]) =>
      owner === "server" ? [member] : [],
    ),
  ].map(spelling),
);

/** Returns a member without what spellings of a name differ in: case, separators, unseen letters, compatibility forms, a language tag. */
function spelling(member: string): string {
  const [name = ""] = member.normalize("NFKC").split("#", 1);
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}/gu, "");
}

/** Copies the own members that a client may set; `undefined` for a value that is not an object, or cannot be read. */
function copyOf(metadata: unknown): Record<string, unknown> | undefined {
  try {
    if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
      return undefined;
    const entries = Object.entries(metadata).filter(
      ([key]) => key !== "__proto__" && !SERVER_MEMBERS.has(spelling(key)),
    );
    return withoutPrototype(Object.fromEntries(entries));
  } catch {
    return undefined; // a getter or a proxy of somebody else's
  }
}

/** The scope to register, `""` for none; `undefined` for one that is refused. */
function registeredScope(
  policy: CompiledPolicy,
  scope: unknown,
  { ceiling, defaultScope, unknownScopes = "drop" }: RegistrationOptions,
): string | undefined {
  const limit = ceiling && createCeiling(policy, ceiling, false);
  const isWithin = (listed: ListedScope) => limit === undefined || limit.covers(listed);
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
  // the client did not ask for these: what may not be registered is not given either
  const given = defaults.map(namesOf).flatMap((names) => (typeof names === "string" ? [] : names));
  return [...new Set(given)].join(" ");
}

/**
 * The names under which a scope is registered: a current name as it was sent; for an older name the current names of what it means,
 * as far as the ceiling covers it, without those that others of them imply.
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
  const within = closeOverListed(policy, named).filter(isWithin);
  const left = textsWithoutImplied(policy, within);
  const names = within.flatMap(({ text }) => (left.has(text) ? [text] : []));
  return names.length > 0 ? names : "refused";
}

function isName(name: unknown): boolean {
  return (
    typeof name === "string" &&
    name.trim() !== "" &&
    name.length <= LONGEST_NAME &&
    !holdsUnseen(name)
  );
}

/** More redirect URIs than any client has. */
const MOST_REDIRECTS = 4_096;

function areRedirects(uris: unknown): boolean {
  if (uris === undefined) return true;
  const list = firstItems(uris, MOST_REDIRECTS + 1);
  return list !== undefined && list.length <= MOST_REDIRECTS && list.every(isRedirect);
}

/**
 * `https`, a loopback address, or an app's own scheme with a dot in it (RFC 8252, sections 7.1 and 7.3); never a fragment (RFC 6749,
 * section 3.1.2), a wildcard (URIs are compared as they are: RFC 9700, section 2.1), or a web address that a URL parser has to mend.
 */
function isRedirect(uri: unknown): boolean {
  if (typeof uri !== "string" || /[^\x21-\x7e]|["<>\\^`{|}#*]/.test(uri)) return false;
  if (/^https?:(?!\/\/[^/?])/i.test(uri)) return false;
  const url = urlParts(uri);
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  if (url.protocol === "https:") return true;
  if (url.protocol === "http:") return isLoopback(url);
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
}
