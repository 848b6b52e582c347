import { groupBy } from "../grammar/entry-of.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { bundlesOf } from "../policy/bundles.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { mayMeanMore } from "../policy/grant-growth.js";
import { IDENTITY_SCOPES, OFFLINE_ACCESS } from "../policy/openid-scopes.js";
import { areGranted, boundariesOf } from "./boundaries.js";
import { cleanClientText } from "./clean-text.js";
import { clientView, hostLink, redirectView, safeLink } from "./client-view.js";
import { readConsentFacts, readConsentOptions } from "./facts.js";
import { createOffer, grantedMeanings, grantedTokens, type Offer } from "./grantable-scopes.js";
import { pageHeaders } from "./headers.js";
import { type ConsentLocale, localizedName, pickLocale } from "./locale.js";
import type {
  ConsentFacts,
  ConsentOptions,
  ConsentRow,
  ConsentScreen,
  DroppedScope,
} from "./model.js";
import { rowsOf, type ScopeRow } from "./rows.js";

/**
 * Returns the content of a consent page as plain JSON for any UI. It is computed from the server's facts alone: the same facts yield
 * the same screen. It never contains a reserved scope (unless the client is a first-party client), a restricted scope that the client
 * is not approved for, an unknown or malformed scope, a scope that the client has not registered, a scope of another user's account, or a hidden operation. {@link droppedScopes} returns
 * what was left out.
 *
 * Nothing that a client can send makes this function throw. If `error` is not `null`, nothing may be shown.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy; `ERR_OPTIONS_INVALID` for invalid options or facts
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @example
 * ```ts
 * import { consentScreen, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { openid: { required: true }, "orders:read": "See your orders" },
 * });
 * const screen = consentScreen(policy, {
 *   client: { client_id: "app-1", client_name: "Reports", redirect_uri: "https://app.example/cb" },
 *   requested: "openid orders:read",
 * });
 * screen.groups[0]?.rows[0]?.description; // "See your orders"
 * ```
 */
export function consentScreen(
  policy: AnyPolicy,
  given: ConsentFacts,
  givenOptions: ConsentOptions = {},
): ConsentScreen {
  const compiled = compiledPolicyOf(policy);
  const options = readConsentOptions(givenOptions);
  const facts = readConsentFacts(given);
  const locale = pickLocale(facts.locale, compiled.definition.language);
  const offer = createOffer(compiled, facts, options);
  const scopeRows = rowsOf(compiled, facts, options, offer, locale);
  const rows = scopeRows.map(({ row }) => row);
  const isIdentity = ({ row }: ScopeRow) => IDENTITY_SCOPES.has(row.scope);
  const isOffline = ({ row }: ScopeRow) => row.scope === OFFLINE_ACCESS;
  const boundaries = boundariesOf(compiled, facts, options, { offer, locale });
  const reason = reasonOf(compiled, facts, offer, { rows, boundaries });
  return {
    version: 1,
    id: facts.id ?? null,
    policyName: compiled.definition.name,
    policyVersion: compiled.definition.version,
    locale: locale.tag,
    dir: locale.dir,
    error: offer.error ?? null,
    reason,
    user: userOf(facts),
    client: clientView(facts.client),
    identity: newFirst(
      scopeRows.filter(isIdentity).map(({ row }) => row),
      isNew,
    ),
    groups: groupsOf(
      compiled,
      scopeRows.filter((one) => !isIdentity(one) && !isOffline(one)),
      locale,
    ),
    offline: scopeRows.find(isOffline)?.row ?? null,
    boundaries,
    presets: presetsOf(compiled, scopeRows, locale),
    notCovered: notCoveredOf(compiled, locale),
    links: {
      manage: hostLink(options.manageUrl),
      report: hostLink(options.reportUrl),
      help: hostLink(options.helpUrl),
    },
    canSkip: offer.error === undefined && canSkip(facts, rows, reason),
    headers: pageHeaders(facts.client.redirect_uri),
    words: locale.words,
  };
}

/**
 * Returns the requested scopes that are not on the screen, each with the reason. Use it for the log only, never on the page or in a
 * response to the client.
 */
export function droppedScopes(
  policy: AnyPolicy,
  facts: ConsentFacts,
  options: ConsentOptions = {},
): readonly DroppedScope[] {
  const compiled = compiledPolicyOf(policy);
  return createOffer(compiled, readConsentFacts(facts), readConsentOptions(options)).dropped;
}

function userOf({ user }: ConsentFacts): ConsentScreen["user"] {
  if (user === undefined) return null;
  return {
    label: cleanClientText(user.label) ?? "",
    switchAccountUrl: safeLink(user.switchAccountUrl),
  };
}

function groupsOf(
  { definition }: CompiledPolicy,
  scopeRows: readonly ScopeRow[],
  locale: ConsentLocale,
): ConsentScreen["groups"] {
  const byGroup = groupBy(scopeRows, ({ scope }) => scope.options.group ?? "");
  const groups = [...byGroup].map(([group, members]) => {
    const { text, lang } =
      group === ""
        ? { text: locale.words.access, lang: null }
        : localizedName(definition, { kind: "groups", name: group, text: group }, locale);
    return {
      legend: text,
      lang,
      rows: newFirst(
        members.map(({ row }) => row),
        isNew,
      ),
    };
  });
  return newFirst(groups, ({ rows }) => rows.some(isNew)).map((group, index) => ({
    id: `group-${index + 1}`,
    ...group,
  }));
}

const isNew = (row: ConsentRow) => row.isNew;

/** Returns the items with something new before all others, otherwise in the same order. */
function newFirst<Item>(items: readonly Item[], hasNew: (item: Item) => boolean): readonly Item[] {
  return [...items.filter(hasNew), ...items.filter((item) => !hasNew(item))];
}

function notCoveredOf(
  { definition }: CompiledPolicy,
  locale: ConsentLocale,
): ConsentScreen["notCovered"] {
  return (definition.notCovered ?? []).map((text) =>
    localizedName(definition, { kind: "notCovered", name: text, text }, locale),
  );
}

/**
 * Returns the bundles with at least one scope that the user can choose here. Each checks its own scopes and the requested baseline,
 * without which they open nothing. Locked rows keep their state.
 */
function presetsOf(
  policy: CompiledPolicy,
  scopeRows: readonly ScopeRow[],
  locale: ConsentLocale,
): ConsentScreen["presets"] {
  const baseline = new Set(policy.baseline);
  const changeable = scopeRows.filter(({ row }) => !row.locked || row.checked);
  return [...bundlesOf(policy)].flatMap(([id, bundle]) => {
    const members = new Set(bundle.members);
    if (!changeable.some(({ row, scope }) => members.has(scope) && !row.locked)) return [];
    const words = id.replaceAll(/[-_]+/g, " ");
    const text = words.charAt(0).toUpperCase() + words.slice(1);
    const title = localizedName(policy.definition, { kind: "bundles", name: id, text }, locale);
    const chosen = changeable.filter(({ scope }) => members.has(scope) || baseline.has(scope));
    return [
      {
        id,
        title: title.text,
        lang: title.lang,
        scopes: chosen.map(({ row }) => row.scope),
      },
    ];
  });
}

function reasonOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  offer: Offer,
  {
    rows,
    boundaries,
  }: Pick<ConsentScreen, "boundaries"> & { readonly rows: readonly ConsentRow[] },
): ConsentScreen["reason"] {
  const { grantedPolicyVersion: version } = facts;
  if (isForced(facts.prompt)) return "forced";
  // a grant that is malformed, or without a scope that this policy declares, grants nothing
  if (grantedMeanings(policy, facts).size === 0) return "first_time";
  if (rows.some((row) => row.isNew)) return "new_scopes";
  if (!areGranted(facts, boundaries)) return "new_boundaries";
  const isChanged = mayMeanMore(policy, version, offer.scopes, grantedTokens(facts));
  return isChanged ? "policy_changed" : "nothing_new";
}

/** Returns whether `prompt` asks for this page. A value that is not a string does, as two parameters of that name yield a list. */
function isForced(prompt: unknown): boolean {
  if (prompt === undefined) return false;
  return typeof prompt !== "string" || prompt.split(" ").includes("consent");
}

/** Returns whether the page may be skipped: only if it is certain which client gets the response (RFC 6749, section 10.2). */
function canSkip(
  { client }: ConsentFacts,
  rows: readonly ConsentRow[],
  reason: ConsentScreen["reason"],
): boolean {
  if (reason !== "nothing_new" || rows.length === 0) return false;
  const { redirectHost, redirectIsLocal } = redirectView(client.redirect_uri);
  if (redirectHost === null || redirectIsLocal) return false;
  const method = client.token_endpoint_auth_method;
  const isConfidential = method !== undefined && method !== "none";
  return isConfidential || String(client.redirect_uri).toLowerCase().startsWith("https:");
}
