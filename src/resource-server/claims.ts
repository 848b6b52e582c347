import { type AccessToken, readOwn } from "../decision/access-token.js";

/** The claims in which issuers put a scope; one is read, the others never (a union would be an escalation). */
export const SCOPE_CLAIMS = ["scope", "scp", "scopes", "permissions"] as const;

/** The name of the claim that holds the scope. */
export type ScopeClaim = (typeof SCOPE_CLAIMS)[number];

const TEXTS = ["sub", "client_id", "iss", "jti"] as const;
const TIMES = ["exp", "iat"] as const;
const FACTS = ["tier", "account_type"] as const;

/** How claims say the scope. */
export interface ScopeReading {
  /** The claim that holds it; `"scope"` by default. */
  readonly scopeClaim?: ScopeClaim;
  /** Whether a list is taken as well as one text; by default only of a claim that no RFC describes. */
  readonly isScopeList?: boolean;
}

/**
 * Verified claims -> an access token: own members alone, each of its type, in a fresh frozen object; `undefined` where one is
 * of another type. A token without the scope claim holds nothing. `tier`, `account_type` and `first_party` of another
 * type are left out, which is below everything.
 */
export function tokenOfClaims(
  claims: unknown,
  { scopeClaim = "scope", isScopeList = scopeClaim !== "scope" }: ScopeReading = {},
): AccessToken | undefined {
  const scope = readScope(readOwn(claims, scopeClaim), isScopeList);
  if (scope === undefined) return undefined;
  const token: Record<string, unknown> = { scope };
  for (const name of TEXTS) {
    const value = readOwn(claims, name);
    if (value === undefined) continue;
    if (typeof value !== "string") return undefined;
    token[name] = value;
  }
  for (const name of TIMES) {
    const value = readOwn(claims, name);
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    token[name] = value;
  }
  for (const name of FACTS) {
    const value = readOwn(claims, name);
    if (typeof value === "string") token[name] = value;
  }
  if (readOwn(claims, "first_party") === true) token["first_party"] = true;
  made.add(Object.freeze(token));
  return token as unknown as AccessToken;
}

/** The tokens that were made here: frozen through and through, so that they can be handed on as they are. */
const made = new WeakSet<object>();

/** Whether {@link tokenOfClaims} has made a token. */
export function isMadeToken(token: object): token is AccessToken {
  return made.has(token);
}

/** RFC 8693, section 4.2: one text; some issuers send a list. What else stands there is no scope. */
function readScope(value: unknown, isList: boolean): string | readonly string[] | undefined {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (!isList || !Array.isArray(value)) return undefined;
  const list: readonly unknown[] = value;
  return list.every((member) => typeof member === "string") ? Object.freeze([...list]) : undefined;
}
