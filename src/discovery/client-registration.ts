import { holdsUnseen } from "../grammar/shown-text.js";
import { isLoopback, urlParts, webLink } from "../grammar/url.js";
import { compiledPolicyOf } from "../policy/compile.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { namedScope } from "../policy/known-scope.js";
import { scopeTokens } from "./public-scopes.js";

/** What a server lets clients register. */
export interface RegistrationOptions {
  /** The scopes that may be registered; every one that is not reserved, if left out. */
  readonly ceiling?: readonly string[];
  /** What a client gets that names no scope, as far as it may be registered; the policy's `defaultScopes`, if left out. */
  readonly defaultScope?: string;
}

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
 * Checks what a client wants to register. A `scope` beyond what may be registered, a reserved, unknown or malformed one is refused,
 * never narrowed or widened in silence: a client must know what it has. A name with characters that cannot be seen and a link that is
 * no plain `https` one are refused too, since they will stand on a consent page.
 *
 * What only the host can say of a client (`first_party`, `verified_domain`, `required_scopes`) is left out.
 *
 * It registers nothing, and looks at no other member. Never throws on anything a client can send.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
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
  policy: object,
  metadata: unknown,
  options: RegistrationOptions = {},
): RegistrationResult {
  const compiled = compiledPolicyOf(policy);
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
  const redirects = sent["redirect_uris"];
  if (redirects !== undefined && !(Array.isArray(redirects) && redirects.every(isRedirect))) {
    return { ...refuse("a redirect URI cannot be used"), error: "invalid_redirect_uri" };
  }
  const scope = registeredScope(compiled, sent["scope"], options);
  if (scope === undefined) return refuse("scope holds what this client cannot have");
  return { ok: true, metadata: Object.freeze(scope === "" ? sent : { ...sent, scope }) };
}

function refuse(error_description: string) {
  return { ok: false, error: "invalid_client_metadata", error_description } as const;
}

/** What the host says of a client, in `ConsentClient`: a client that said it of itself would be taken at its word. */
const HOST_SAYS: ReadonlySet<string> = new Set([
  "__proto__",
  "first_party",
  "required_scopes",
  "verified_domain",
]);

/** Own members alone, in an object that nothing was inherited by, and none that is the host's to say. */
function copyOf(metadata: unknown): Record<string, unknown> | undefined {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    return undefined;
  try {
    const entries = Object.entries(metadata).filter(([key]) => !HOST_SAYS.has(key));
    return Object.fromEntries(entries);
  } catch {
    return undefined; // a getter or a proxy of somebody else's
  }
}

/** The scope to register, `""` for none; `undefined` for one that is refused. */
function registeredScope(
  policy: CompiledPolicy,
  scope: unknown,
  { ceiling, defaultScope }: RegistrationOptions,
): string | undefined {
  const isRegistrable = (token: string) => {
    const scope = namedScope(policy, token);
    if (scope === undefined || scope.reserved) return false;
    return ceiling === undefined || ceiling.includes(token) || ceiling.includes(scope.name);
  };
  if (scope === undefined || scope === "") {
    const given =
      defaultScope === undefined
        ? (policy.definition.defaultScopes ?? [])
        : (scopeTokens(defaultScope) ?? []);
    // nobody asked for these: what may not be registered is not given either
    return given.filter(isRegistrable).join(" ");
  }
  const tokens = scopeTokens(scope);
  return tokens?.every(isRegistrable) === true ? tokens.join(" ") : undefined;
}

function isName(name: unknown): boolean {
  return (
    typeof name === "string" &&
    name.trim() !== "" &&
    name.length <= LONGEST_NAME &&
    !holdsUnseen(name)
  );
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
