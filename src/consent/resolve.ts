import { firstItems } from "../grammar/any-value.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { ownMembers } from "../policy/own-members.js";
import { expandTokens, type Meanings, namedMeanings } from "../policy/scope-meanings.js";
import { forLog } from "./clean-text.js";
import { isFirstParty, readConsentFacts, readConsentOptions } from "./facts.js";
import { pickLocale } from "./locale.js";
import type { ConsentFacts, ConsentOptions, ConsentRow, RefusedScope } from "./model.js";
import { grantedMeanings, grantedTokens, type Offer, offerOf } from "./offer.js";
import { liveRefusals, rowsOf } from "./rows.js";

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
      /** What to grant: what was chosen, and what that implies among what was requested. The `scope` of the token and of its response. */
      readonly scope: string;
      /** The same as a list. */
      readonly scopes: readonly string[];
      /** Whether it differs from the request as a set of tokens: then the response must name `scope` (RFC 6749, section 3.3). */
      readonly changed: boolean;
      /** What the earlier grant did not cover. */
      readonly added: readonly string[];
      /**
       * Tokens of the earlier grant, as it spells them, with a meaning that this request asked for and that the new grant does not
       * cover: access tokens and refresh tokens that hold them must be revoked.
       */
      readonly removed: readonly string[];
      /**
       * The whole list of refusals to keep from now on, in place of the earlier one; at most 4,096. Forget it when the client's
       * access is revoked.
       */
      readonly refused: readonly RefusedScope[];
      /** What to keep. */
      readonly receipt: ConsentReceipt;
    }
  | {
      readonly ok: false;
      /** What to answer the client (`access_denied`, `invalid_scope`), or why to show the page again. */
      readonly error:
        | "access_denied"
        | "invalid_scope"
        | "invalid_selection"
        | "stale"
        | "temporarily_unavailable";
      /** What the audit calls it. */
      readonly event:
        | "consent.denied"
        | "consent.tampered"
        | "consent.stale"
        | "consent.invalid"
        | "consent.unavailable";
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
  policy: AnyPolicy,
  given: ConsentFacts,
  selection: ConsentSelection,
  givenOptions: ConsentOptions = {},
): ConsentOutcome {
  const compiled = compiledPolicyOf(policy);
  const options = readConsentOptions(givenOptions);
  const facts = readConsentFacts(given);
  const posted = ownMembers(selection) ?? NOTHING_POSTED;
  if (isStale(compiled.definition.version, facts, posted)) return refuse("stale", "consent.stale");
  const offer = offerOf(compiled, facts, options);
  if (offer.error === "temporarily_unavailable") return refuse(offer.error, "consent.unavailable");
  if (offer.error !== undefined) return refuse("invalid_scope", "consent.invalid");
  if (posted.decision !== "approve") return refuse("access_denied", "consent.denied");
  const locale = pickLocale(facts.locale);
  const rows = rowsOf(compiled, facts, options, offer, locale).map(({ row }) => row);
  const tokens = postedTokens(posted.scopes);
  const may = new Set(rows.flatMap((row) => (row.locked && !row.checked ? [] : [row.scope])));
  const offending = tokens.filter((scope) => !may.has(scope as string)).map(forLog);
  if (offending.length > 0) {
    return refuse("invalid_selection", "consent.tampered", offending.slice(0, MOST_LOGGED));
  }
  const chosen = new Set(tokens);
  // an implied row that is locked comes with the row that implies it, and not by itself
  const isChosen = (row: ConsentRow) =>
    row.locked ? row.checked && row.state !== "implied" : chosen.has(row.scope);
  const optional = rows.filter((row) => !row.locked);
  const picked = new Set(rows.filter(isChosen).map((row) => row.scope));
  // a scope has at least one token (RFC 6749, section 3.3): where every row is locked and unchecked, nothing can be granted
  if (picked.size === 0 || (optional.length > 0 && !optional.some(isChosen))) {
    return refuse("access_denied", "consent.denied");
  }
  // what comes with a chosen scope is granted with it, whatever its own box says
  const granted = rows.filter(
    (row) => picked.has(row.scope) || row.includedIn.some((scope) => picked.has(scope)),
  );
  const scopes = granted.map((row) => row.scope);
  const before = grantedMeanings(compiled, facts);
  const now = Math.floor(facts.now ?? Date.now() / 1_000);
  const until = now + (options.rememberRefusals ?? REMEMBERED);
  const covered = expandTokens(compiled, scopes, isFirstParty(facts.client));
  return {
    ok: true,
    scope: scopes.join(" "),
    scopes,
    changed: offer.requested === undefined || !isSameSet(scopes, offer.requested),
    added: scopes.filter((scope) => !before.has(scope)),
    removed: removedFrom(compiled, facts, offer, covered),
    refused: refusalsToKeep(compiled, facts, { rows: optional, covered, until }),
    receipt: {
      time: now,
      policy: { name: compiled.definition.name, version: compiled.definition.version },
      client_id: facts.client.client_id,
      sub: facts.user?.sub ?? null,
      locale: locale.tag,
      scopes: granted.map(({ scope, title, description, checked }) => ({
        scope,
        title,
        description,
        prechecked: checked,
      })),
    },
  };
}

/**
 * The tokens of the earlier grant, as it spells them, that still mean something which this request asked for and the new grant
 * does not cover. What the request did not name was not in question.
 */
function removedFrom(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  { asked }: Offer,
  covered: Meanings,
): readonly string[] {
  const isGone = (text: string) => asked.has(text) && !covered.has(text);
  return grantedTokens(facts).filter((token) =>
    [...expandTokens(policy, [token], isFirstParty(facts.client)).keys()].some(isGone),
  );
}

/** How many refusals are kept for one person and client; the newest ones. */
const MAX_REFUSALS = 4_096;

/** The earlier refusals that still count and the new ones, under current names; without what is granted now and the baseline. */
function refusalsToKeep(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  {
    rows,
    covered,
    until,
  }: { readonly rows: readonly ConsentRow[]; readonly covered: Meanings; readonly until: number },
): readonly RefusedScope[] {
  const kept = new Map<string, RefusedScope>();
  for (const { scope, until: end } of liveRefusals(facts)) {
    const named = namedMeanings(policy, scope, isFirstParty(facts.client));
    const texts = named.length === 0 ? [scope] : named.map(({ text }) => text);
    for (const text of texts) {
      kept.set(text, end === undefined ? { scope: text } : { scope: text, until: end });
    }
  }
  for (const { scope } of rows) {
    kept.delete(scope);
    kept.set(scope, { scope, until });
  }
  for (const text of covered.keys()) kept.delete(text);
  for (const { name } of policy.baseline) kept.delete(name);
  return [...kept.values()].slice(-MAX_REFUSALS);
}

const NOTHING_POSTED: ConsentSelection = Object.freeze({
  __proto__: null as never,
  decision: undefined,
});

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

/** More boxes than any screen has. */
const MOST_POSTED = 65_536;

/** What was posted, as a form or as JSON: one text, or a list of them. What is not a scope token stays, to be found out. */
function postedTokens(scopes: unknown): readonly unknown[] {
  if (scopes === undefined || scopes === null || scopes === "") return [];
  if (typeof scopes === "string") return isScopeToken(scopes) ? [scopes] : scopes.split(" ");
  const list = firstItems(scopes, MOST_POSTED + 1);
  return list === undefined || list.length > MOST_POSTED ? [scopes] : [...new Set(list)];
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const set = new Set(right);
  return set.size === new Set(left).size && left.every((member) => set.has(member));
}
