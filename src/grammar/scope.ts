import { PolicyError } from "../errors.js";
import { firstItems } from "./any-value.js";
import { badCharReason, isScopeChar, isScopeToken, type ScopeToken } from "./scope-token.js";

/**
 * A scope as a set of scope-tokens in the order of their first occurrence. `has` compares whole tokens; a set has no substring
 * search.
 */
export type ScopeSet = ReadonlySet<ScopeToken>;

/** The result of {@link parseScope}: the scope, or the position and the reason of the error. */
export type ScopeResult =
  | { readonly ok: true; readonly scope: ScopeSet }
  | {
      readonly ok: false;
      /** The index of the first UTF-16 unit with which the text cannot be a scope; its length if it ends too early. */
      readonly index: number;
      /** One line for people. It does not quote the text. */
      readonly reason: string;
    };

/** Maximum length of a scope that {@link parseScope} reads, in UTF-16 units. */
export const MAX_SCOPE_LENGTH = 65_536;

/** Maximum number of scope-tokens in a scope that {@link parseScope} reads, including duplicates. */
export const MAX_SCOPE_TOKENS = 4_096;

/**
 * Reads a scope of a request or a grant: a text, or a list of scope-tokens. `""` and `[]` are the empty scope. Returns the
 * tokens in order, each once; `undefined` for a malformed scope.
 */
export function readScopeTokens(scope: unknown): readonly string[] | undefined {
  if (scope === "") return [];
  if (typeof scope !== "object") {
    const parsed = parseScope(scope as string);
    return parsed.ok ? [...parsed.scope] : undefined;
  }
  // each item is one token, as in the list form of an access token's scope
  const list = firstItems(scope, MAX_SCOPE_TOKENS + 1);
  if (list === undefined || list.length > MAX_SCOPE_TOKENS) return undefined;
  return list.every(isListedToken) ? [...new Set(list)] : undefined;
}

function isListedToken(member: unknown): member is ScopeToken {
  return isScopeToken(member) && member.length <= MAX_SCOPE_LENGTH;
}

const SP = 0x20;

/**
 * Parses a scope: scope-tokens separated by exactly one space, exactly as in the RFC. A leading or trailing space, an empty
 * token, an empty text, and a comma or line break as a separator are errors. Nothing is trimmed or corrected. Of duplicates,
 * the first is kept.
 *
 * A text longer than {@link MAX_SCOPE_LENGTH}, or with more than {@link MAX_SCOPE_TOKENS} tokens, is rejected. A value that
 * is not a string is rejected at index 0. Never throws. The time is linear in the length.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @example
 * ```ts
 * import { parseScope } from "scope-policy";
 *
 * const result = parseScope("openid courses:read openid");
 * if (result.ok) console.log([...result.scope]); // [ "openid", "courses:read" ]
 *
 * parseScope("openid  courses:read"); // { ok: false, index: 7, reason: "…" }
 * ```
 */
export function parseScope(text: string): ScopeResult {
  if (typeof text !== "string") return rejectScope(0, "a scope must be a string");
  if (text.length > MAX_SCOPE_LENGTH) {
    return rejectScope(MAX_SCOPE_LENGTH, `a scope can have at most ${MAX_SCOPE_LENGTH} characters`);
  }
  const scope = new Set<ScopeToken>();
  let tokens = 0;
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const unit = index === text.length ? SP : text.charCodeAt(index);
    if (unit !== SP) {
      if (isScopeChar(unit)) continue;
      return rejectScope(index, badCharReason(text, index));
    }
    if (index === start) return rejectScope(index, emptyToken(text, index));
    tokens += 1;
    if (tokens > MAX_SCOPE_TOKENS) {
      return rejectScope(start, `a scope can have at most ${MAX_SCOPE_TOKENS} scope-tokens`);
    }
    scope.add(text.slice(start, index) as ScopeToken);
    start = index + 1;
  }
  return { ok: true, scope };
}

function rejectScope(index: number, reason: string): ScopeResult {
  return { ok: false, index, reason };
}

function emptyToken(text: string, index: number): string {
  if (text === "") return "a scope must have at least one scope-token";
  if (index === 0) return "a scope must start with a scope-token, not with a space";
  if (index === text.length) return "a scope must end with a scope-token, not with a space";
  return "expected one space between two scope-tokens, not more";
}

/**
 * Formats a scope as text: its scope-tokens in order, separated by one space. {@link parseScope} reads the text back as the
 * same set.
 *
 * The empty set gives `""`, which `parseScope` rejects because RFC 6749 has no empty scope: omit the parameter instead. A set
 * beyond the limits of `parseScope` is formatted too.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @throws {@link PolicyError} `ERR_SCOPE_INVALID` for a value that is not a set, or has a member that is not a scope-token:
 * formatted as text, `"a b"` would be two scopes
 *
 * @example
 * ```ts
 * import { formatScope, parseScope } from "scope-policy";
 *
 * const result = parseScope("openid courses:read openid");
 * if (result.ok) console.log(formatScope(result.scope)); // "openid courses:read"
 * ```
 */
export function formatScope(scope: ScopeSet): string {
  const tokens: string[] = [];
  for (const token of membersOf(scope)) {
    if (!isScopeToken(token)) {
      const shown = typeof token === "string" ? JSON.stringify(token) : typeof token;
      throw new PolicyError(
        "ERR_SCOPE_INVALID",
        `member ${tokens.length} of the scope, \`${shown}\`, is not a scope-token`,
      );
    }
    tokens.push(token);
  }
  return tokens.join(" ");
}

/** Yields the members of a set. If reading the value throws, it is not a set. */
function* membersOf(scope: ScopeSet): Generator<unknown, undefined> {
  try {
    return yield* scope.values();
  } catch {
    // not a set, or a getter, a proxy or an iterator that throws
  }
  throw new PolicyError("ERR_SCOPE_INVALID", "a scope must be a set of scope-tokens");
}
