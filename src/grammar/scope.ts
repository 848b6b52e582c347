import { PolicyError } from "../errors.js";
import { firstItems } from "./any-value.js";
import { badCharReason, isScopeChar, isScopeToken, type ScopeToken } from "./scope-token.js";

/** A scope as a set of scope-tokens, in the order in which they first stood. It has `has`, and nothing that finds a part of a text. */
export type ScopeSet = ReadonlySet<ScopeToken>;

/** What {@link parseScope} found: the scope, or where and why the text is none. */
export type ScopeResult =
  | { readonly ok: true; readonly scope: ScopeSet }
  | {
      readonly ok: false;
      /** The UTF-16 unit at which no scope can go on; the length of the text where it ends too early. */
      readonly index: number;
      /** One line for people, without the text itself. */
      readonly reason: string;
    };

/** The longest scope that {@link parseScope} reads, in UTF-16 units. */
export const MAX_SCOPE_LENGTH = 65_536;

/** The most scope-tokens that {@link parseScope} reads in one scope, duplicates counted. */
export const MAX_SCOPE_TOKENS = 4_096;

/**
 * Reads a scope as requests and grants hold it: a text, or a list of scope tokens. `""` and `[]` are the empty scope.
 * Returns the tokens in their order, each once; `undefined` for a malformed scope.
 */
export function readScopeTokens(scope: unknown): readonly string[] | undefined {
  if (scope === "") return [];
  if (typeof scope !== "object") {
    const parsed = parseScope(scope as string);
    return parsed.ok ? [...parsed.scope] : undefined;
  }
  // each item is one token, as in the list of an access token
  const list = firstItems(scope, MAX_SCOPE_TOKENS + 1);
  if (list === undefined || list.length > MAX_SCOPE_TOKENS) return undefined;
  return list.every(isListedToken) ? [...new Set(list)] : undefined;
}

function isListedToken(member: unknown): member is ScopeToken {
  return isScopeToken(member) && member.length <= MAX_SCOPE_LENGTH;
}

const SP = 0x20;

/**
 * Reads a scope: scope-tokens with one space between two of them, and nothing else. That is exactly the
 * language of the RFC: no space at either end, no empty token, no empty text, no comma or line break as
 * a separator. Nothing is trimmed or mended. Duplicates collapse into the first.
 *
 * Beyond {@link MAX_SCOPE_LENGTH} or {@link MAX_SCOPE_TOKENS} the text is refused unread. A value that
 * is no string is refused at index 0. Never throws; linear in the length.
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
  if (typeof text !== "string") return refuse(0, "a scope is a string");
  if (text.length > MAX_SCOPE_LENGTH) {
    return refuse(MAX_SCOPE_LENGTH, `a scope has at most ${MAX_SCOPE_LENGTH} characters`);
  }
  const scope = new Set<ScopeToken>();
  let tokens = 0;
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const unit = index === text.length ? SP : text.charCodeAt(index);
    if (unit !== SP) {
      if (isScopeChar(unit)) continue;
      return refuse(index, badCharReason(text, index));
    }
    if (index === start) return refuse(index, emptyToken(text, index));
    tokens += 1;
    if (tokens > MAX_SCOPE_TOKENS) {
      return refuse(start, `a scope has at most ${MAX_SCOPE_TOKENS} scope-tokens`);
    }
    scope.add(text.slice(start, index) as ScopeToken);
    start = index + 1;
  }
  return { ok: true, scope };
}

function refuse(index: number, reason: string): ScopeResult {
  return { ok: false, index, reason };
}

function emptyToken(text: string, index: number): string {
  if (text === "") return "a scope has at least one scope-token";
  if (index === 0) return "a scope starts with a scope-token, not with a space";
  if (index === text.length) return "a scope ends with a scope-token, not with a space";
  return "one space stands between two scope-tokens, not more";
}

/**
 * Writes a scope as text: its scope-tokens in their order, one space between two. What
 * {@link parseScope} reads back is the same set.
 *
 * The empty set gives `""`, which `parseScope` refuses, since RFC 6749 knows no empty scope: leave the
 * parameter out instead. A set beyond the limits of `parseScope` is written all the same.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @throws {@link PolicyError} `ERR_SCOPE_INVALID` for a value that is no set, or has a member that is no
 * scope-token: written out, `"a b"` would be two scopes.
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

/** Yields the members of a set. What the value itself throws means that it is not a set. */
function* membersOf(scope: ScopeSet): Generator<unknown, undefined> {
  try {
    if (typeof scope?.values === "function") return yield* scope.values();
  } catch {
    // a getter, a proxy or an iterator that throws
  }
  throw new PolicyError("ERR_SCOPE_INVALID", "a scope is a set of scope-tokens");
}
