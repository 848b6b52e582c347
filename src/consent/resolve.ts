import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { ownMembers } from "../policy/own-members.js";
import { expandTokens, isCovered, type Meanings, namedMeanings } from "../policy/scope-meanings.js";
import { boundariesOf, boundaryOutcome, isBoundaryMissing, readChoice } from "./boundaries.js";
import { isChoice } from "./choice.js";
import { forLog } from "./clean-text.js";
import { isFirstParty, readConsentFacts, readConsentOptions } from "./facts.js";
import { createOffer, grantedMeanings, grantedTokens, type Offer } from "./grantable-scopes.js";
import { pickLocale } from "./locale.js";
import type { ConsentFacts, ConsentOptions, ConsentRow, RefusedScope } from "./model.js";
import { activeRefusals, rowsOf } from "./rows.js";
import { type ConsentSelection, postedTokens } from "./selection.js";

/** Record of the consent for the host to store: what was granted, which texts were shown, and which boxes were checked in advance. */
export interface ConsentReceipt {
  /** `id` of the facts: the identifier of the authorization request that was answered; `null` if the facts have none. */
  readonly id: string | null;
  /** Time of the consent, in seconds since 1970. */
  readonly time: number;
  /** Name and version of the policy. */
  readonly policy: { readonly name: string; readonly version: string };
  /** Identifier of the client. */
  readonly client_id: string;
  /** Identifier of the user; `null` if unknown. */
  readonly sub: string | null;
  /** Language of the texts. */
  readonly locale: string;
  /** Granted scopes, each with the texts that were shown and whether its box was checked in advance. */
  readonly scopes: readonly {
    readonly scope: string;
    readonly title: string;
    readonly description: string;
    readonly prechecked: boolean;
  }[];
  /** Granted values of the boundaries, each with the label that was shown and whether its box was checked in advance. */
  readonly boundaries: readonly {
    readonly boundary: string;
    readonly value: string;
    readonly label: string;
    readonly prechecked: boolean;
  }[];
}

/** Result of the user's selection. */
export type ConsentOutcome =
  | {
      readonly ok: true;
      /**
       * Scope to grant: the chosen scopes, and the requested ones that these imply. It is the `scope` of the token and of the token
       * response.
       */
      readonly scope: string;
      /** The same scope as a list. */
      readonly scopes: readonly string[];
      /** Whether the set of tokens differs from the request. If so, the token response must contain `scope` (RFC 6749, section 3.3). */
      readonly changed: boolean;
      /** Granted scopes that the earlier grant did not cover. */
      readonly added: readonly string[];
      /**
       * Tokens of the earlier grant, as the grant spells them, with a meaning that this request asked for and that the new grant does
       * not cover. Revoke the access tokens and refresh tokens that have them.
       */
      readonly removed: readonly string[];
      /** Values to grant by boundary, for the claims of the token. A boundary that no granted scope needs can be missing. */
      readonly boundaries: Readonly<Record<string, readonly string[]>>;
      /** Values of the earlier grant that are not granted any more, by boundary. Revoke the tokens that have them. */
      readonly removedBoundaries: Readonly<Record<string, readonly string[]>>;
      /**
       * Complete list of refusals to store in place of the earlier list; at most 4,096. Delete it when the client's access is
       * revoked.
       */
      readonly refused: readonly RefusedScope[];
      /** Record to store. */
      readonly receipt: ConsentReceipt;
    }
  | {
      readonly ok: false;
      /**
       * Error to return to the client (`access_denied`, `invalid_scope`, `temporarily_unavailable`), or the reason to show the page
       * again (`invalid_selection`, `stale`, `choose`). `choose`: the user chose all, none or a bundle, and has not decided yet.
       */
      readonly error:
        | "access_denied"
        | "invalid_scope"
        | "invalid_selection"
        | "stale"
        | "choose"
        | "temporarily_unavailable";
      /** Name of the event for the audit log. */
      readonly event:
        | "consent.denied"
        | "consent.tampered"
        | "consent.stale"
        | "consent.choose"
        | "consent.invalid"
        | "consent.unavailable";
      /** Posted values that were not offered, cleaned for a log. */
      readonly offending: readonly string[];
    };

const DEFAULT_REFUSAL_SECONDS = 180 * 24 * 3_600;
const MAX_LOGGED = 32;

/**
 * Returns what a user's selection grants. The result is computed from the server's facts; what the browser posts is only compared with
 * it. One scope or value of a boundary that was not offered invalidates the whole selection. Nothing that a browser can post makes this function throw.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy; `ERR_OPTIONS_INVALID` for invalid options or facts
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
  const offer = createOffer(compiled, facts, options);
  if (offer.error === "temporarily_unavailable") return refuse(offer.error, "consent.unavailable");
  if (offer.error !== undefined) return refuse("invalid_scope", "consent.invalid");
  if (isChoice(posted.decision)) return refuse("choose", "consent.choose");
  if (posted.decision !== "approve") return refuse("access_denied", "consent.denied");
  const locale = pickLocale(facts.locale, compiled.definition.language);
  const scopeRows = rowsOf(compiled, facts, options, offer, locale);
  const rows = scopeRows.map(({ row }) => row);
  const boundaries = boundariesOf(compiled, facts, options, { offer, locale });
  const choice = readChoice(posted.boundaries, boundaries);
  const tokens = postedTokens(posted.scopes);
  const selectable = new Set(
    rows.flatMap((row) => (row.locked && !row.checked ? [] : [row.scope])),
  );
  const offending = [
    ...tokens.filter((scope) => !selectable.has(scope as string)).map(forLog),
    ...choice.offending,
  ];
  if (offending.length > 0) {
    return refuse("invalid_selection", "consent.tampered", offending.slice(0, MAX_LOGGED));
  }
  const chosen = new Set(tokens);
  // an implied row that is locked is granted only with a row that implies it
  const isChosen = (row: ConsentRow) =>
    row.locked ? row.checked && row.state !== "implied" : chosen.has(row.scope);
  const optional = rows.filter((row) => !row.locked);
  const picked = new Set(rows.filter(isChosen).map((row) => row.scope));
  // a scope has at least one token (RFC 6749, section 3.3): if every row is locked and unchecked, nothing can be granted
  if (picked.size === 0 || (optional.length > 0 && !optional.some(isChosen))) {
    return refuse("access_denied", "consent.denied");
  }
  // what a chosen scope implies is granted with it, even if its own box is not checked
  const granted = rows.filter(
    (row) => picked.has(row.scope) || row.includedIn.some((scope) => picked.has(scope)),
  );
  const scopes = granted.map((row) => row.scope);
  const grantedScopes = scopeRows.flatMap(({ row, scope }) =>
    scopes.includes(row.scope) ? [scope] : [],
  );
  if (isBoundaryMissing(compiled, facts, grantedScopes, choice)) {
    return refuse("access_denied", "consent.denied");
  }
  const before = grantedMeanings(compiled, facts);
  const now = Math.floor(facts.now ?? Date.now() / 1_000);
  const until = now + (options.rememberRefusals ?? DEFAULT_REFUSAL_SECONDS);
  const covered = expandTokens(compiled, scopes, isFirstParty(facts.client));
  return {
    ok: true,
    scope: scopes.join(" "),
    scopes,
    changed: offer.requested === undefined || !isSameSet(scopes, offer.requested),
    added: offer.scopes.flatMap((one) =>
      scopes.includes(one.text) && !isCovered(before, one) ? [one.text] : [],
    ),
    removed: removedTokens(compiled, facts, offer, covered),
    ...boundaryOutcome(facts, choice),
    refused: refusalsToKeep(compiled, facts, { rows: optional, covered, until }),
    receipt: {
      id: facts.id ?? null,
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
      boundaries: boundaries.flatMap(({ name, values }) =>
        values.flatMap(({ value, label, checked }) =>
          choice.chosen.get(name)?.includes(value) === true
            ? [{ boundary: name, value, label, prechecked: checked }]
            : [],
        ),
      ),
    },
  };
}

/**
 * Returns the tokens of the earlier grant, as the grant spells them, with a meaning that this request asked for and that the new grant
 * does not cover. Scopes that the request did not name stay granted.
 */
function removedTokens(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  { asked }: Offer,
  covered: Meanings,
): readonly string[] {
  const gone = [...asked.values()].filter((meaning) => !isCovered(covered, meaning));
  return grantedTokens(facts).filter((token) => {
    const meant = expandTokens(policy, [token], isFirstParty(facts.client));
    return gone.some((meaning) => isCovered(meant, meaning));
  });
}

/** Maximum number of refusals for one user and client. The newest ones are kept. */
const MAX_REFUSALS = 4_096;

/** Returns the earlier refusals that are still in force and the new ones, under current names, without granted scopes and the baseline. */
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
  for (const { scope, until: end } of activeRefusals(facts)) {
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
  for (const text of [...kept.keys()]) {
    const named = namedMeanings(policy, text, isFirstParty(facts.client));
    if (named.some((meaning) => isCovered(covered, meaning))) kept.delete(text);
  }
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

/** Returns whether a selection belongs to another request, to a request that was used already, or to a page of another policy version. */
function isStale(version: string, facts: ConsentFacts, selection: ConsentSelection): boolean {
  if (facts.used === true) return true;
  if (facts.id !== undefined && selection.id !== facts.id) return true;
  return selection.policyVersion !== undefined && selection.policyVersion !== version;
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const set = new Set(right);
  return set.size === new Set(left).size && left.every((member) => set.has(member));
}
