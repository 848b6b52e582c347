import { isScopeToken } from "../grammar/scope-token.js";
import { compiledPolicyOf } from "../policy/compile.js";
import { forLog } from "./clean-text.js";
import { pickLocale } from "./locale.js";
import type { ConsentFacts, ConsentOptions, ConsentRow, RefusedScope } from "./model.js";
import { grantedNames, offerOf } from "./offer.js";
import { rowsOf } from "./rows.js";

/** What a person chose, as it was posted: any values at all. */
export interface ConsentSelection {
  /** `"approve"`; anything else is no. */
  readonly decision: unknown;
  /** The boxes that were checked. A browser does not post locked ones; they are added again. */
  readonly scopes?: unknown;
  /** The screen's `id`. */
  readonly id?: unknown;
  /** The screen's `policyVersion`. */
  readonly policyVersion?: unknown;
}

/** What was agreed to, to be kept: what was shown, in which words, and how it was chosen. */
export interface ConsentReceipt {
  /** Seconds since 1970. */
  readonly time: number;
  /** The policy and its edition. */
  readonly policy: { readonly name: string; readonly version: string };
  /** The client's identifier. */
  readonly client_id: string;
  /** The person, where known. */
  readonly sub: string | null;
  /** The language of the words. */
  readonly locale: string;
  /** Each scope that was granted, with the words shown, and whether its box was checked before the person chose. */
  readonly scopes: readonly {
    readonly scope: string;
    readonly title: string;
    readonly description: string;
    readonly prechecked: boolean;
  }[];
}

/** What comes of a person's choice. */
export type ConsentOutcome =
  | {
      readonly ok: true;
      /** What to grant: the `scope` of the token and of its response. */
      readonly scope: string;
      /** The same as a list. */
      readonly scopes: readonly string[];
      /** Whether it differs from the request: then the response must say `scope` (RFC 6749, section 3.3). */
      readonly changed: boolean;
      /** What was not granted before. */
      readonly added: readonly string[];
      /** What was granted before, stood on the screen, and is granted no more: tokens that hold it must be revoked. */
      readonly removed: readonly string[];
      /** What to remember as refused: forget it when the client's access is revoked. */
      readonly refused: readonly RefusedScope[];
      /** What to keep. */
      readonly receipt: ConsentReceipt;
    }
  | {
      readonly ok: false;
      /** What to answer the client (`access_denied`, `invalid_scope`), or why to show the page again. */
      readonly error: "access_denied" | "invalid_scope" | "invalid_selection" | "stale";
      /** What the audit calls it. */
      readonly event: "consent.denied" | "consent.tampered" | "consent.stale" | "consent.invalid";
      /** What was posted and had not been offered, cleaned for a log. */
      readonly offending: readonly string[];
    };

const REMEMBERED = 180 * 24 * 3_600;
const MOST_LOGGED = 32;

/**
 * What a person's choice grants. Everything is worked out anew from facts that the server holds; what a page showed or posted is only
 * compared with it. One scope that was not offered voids the whole choice. Never throws on anything a browser can post.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @example
 * ```ts
 * import { loadPolicy, resolveConsent } from "scope-policy";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { openid: { required: true }, "orders:read": "See your orders" },
 * });
 * const facts = { client: { client_id: "app-1" }, requested: "openid orders:read" };
 * const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["orders:read"] });
 * if (outcome.ok) outcome.scope; // "openid orders:read"
 * ```
 */
export function resolveConsent(
  policy: object,
  facts: ConsentFacts,
  selection: ConsentSelection,
  options: ConsentOptions = {},
): ConsentOutcome {
  const compiled = compiledPolicyOf(policy);
  const { definition } = compiled;
  if (isStale(definition.version, facts, selection)) return refuse("stale", "consent.stale");
  const offer = offerOf(compiled, facts, options);
  if (offer.isRefused) return refuse("invalid_scope", "consent.invalid");
  if (selection.decision !== "approve") return refuse("access_denied", "consent.denied");
  const locale = pickLocale(facts.locale);
  const rows = rowsOf(compiled, facts, options, offer, locale).map(({ row }) => row);
  const posted = postedTokens(selection.scopes);
  const may = new Set(rows.flatMap((row) => (row.locked && !row.checked ? [] : [row.scope])));
  const offending = posted.filter((scope) => !may.has(scope as string)).map(forLog);
  if (offending.length > 0) {
    return refuse("invalid_selection", "consent.tampered", offending.slice(0, MOST_LOGGED));
  }
  const chosen = new Set(posted);
  const isChosen = (row: ConsentRow) => (row.locked ? row.checked : chosen.has(row.scope));
  const optional = rows.filter((row) => !row.locked);
  if (optional.length > 0 && !optional.some(isChosen)) {
    return refuse("access_denied", "consent.denied");
  }
  const given = rows.filter(isChosen);
  const scopes = given.map((row) => row.scope);
  // what comes with a chosen scope was not refused, whatever its own box says
  const isRefused = (row: ConsentRow) =>
    !isChosen(row) && !row.includedIn.some((scope) => scopes.includes(scope));
  const shown = new Set(rows.map((row) => row.scope));
  const before = grantedNames(compiled, facts);
  const now = Math.floor(facts.now ?? Date.now() / 1_000);
  const until = now + (options.rememberRefusals ?? REMEMBERED);
  return {
    ok: true,
    scope: scopes.join(" "),
    scopes,
    changed: offer.requested === undefined || !isSameSet(scopes, offer.requested),
    added: scopes.filter((scope) => !before.has(scope)),
    // what this request did not name was not in question
    removed: [...before].flatMap(([scope, granted]) =>
      shown.has(scope) && !scopes.includes(scope) ? granted : [],
    ),
    refused: optional.filter(isRefused).map(({ scope }) => ({ scope, until })),
    receipt: {
      time: now,
      policy: { name: definition.name, version: definition.version },
      client_id: facts.client.client_id,
      sub: facts.user?.sub ?? null,
      locale: locale.tag,
      scopes: given.map(({ scope, title, description, checked }) => ({
        scope,
        title,
        description,
        prechecked: checked,
      })),
    },
  };
}

function refuse(
  error: Extract<ConsentOutcome, { ok: false }>["error"],
  event: Extract<ConsentOutcome, { ok: false }>["event"],
  offending: readonly string[] = [],
): ConsentOutcome {
  return { ok: false, error, event, offending };
}

/** Whether an answer belongs to another request, to one that was answered, or to a page of another edition of the policy. */
function isStale(version: string, facts: ConsentFacts, selection: ConsentSelection): boolean {
  if (facts.used === true) return true;
  if (facts.id !== undefined && selection.id !== facts.id) return true;
  return selection.policyVersion !== undefined && selection.policyVersion !== version;
}

/** What was posted, as a form or as JSON: one text, or a list of them. What is no scope-token stays, to be found out. */
function postedTokens(scopes: unknown): readonly unknown[] {
  if (scopes === undefined || scopes === null || scopes === "") return [];
  if (typeof scopes === "string") return isScopeToken(scopes) ? [scopes] : scopes.split(" ");
  return Array.isArray(scopes) ? [...new Set<unknown>(scopes)] : [scopes];
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const set = new Set(right);
  return set.size === new Set(left).size && left.every((member) => set.has(member));
}
