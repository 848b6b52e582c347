import type { AnyPolicy } from "../policy/any-policy.js";
import { bundleScopes } from "../policy/bundles.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { closeOver } from "../policy/scope-meanings.js";
import { cleanName } from "./clean-text.js";
import { clientView, redirectView, safeLink } from "./client-view.js";
import { readConsentFacts, readConsentOptions } from "./facts.js";
import { consentHeaders } from "./headers.js";
import { type ConsentLocale, pickLocale } from "./locale.js";
import type {
  ConsentFacts,
  ConsentOptions,
  ConsentRow,
  ConsentScreen,
  DroppedScope,
} from "./model.js";
import { grantedMeanings, grantedTokens, type Offer, offerOf } from "./offer.js";
import { type PlacedRow, rowsOf } from "./rows.js";

/** Scopes of OpenID Connect Core, section 5.4: who a person is, apart from what a client may do. */
const IDENTITY: ReadonlySet<string> = new Set(["openid", "profile", "email", "address", "phone"]);
const OFFLINE = "offline_access";

/**
 * What a person is asked, as plain JSON for any UI: recomputed from facts that the server holds, the same for the same facts.
 * Never in it: a reserved scope (of a client that is not the owner's), an unknown or malformed one, one that the client has not
 * registered, one of somebody else's account, a hidden operation. {@link droppedScopes} says what was left out.
 *
 * Never throws on anything a client can send; `error` says that nothing may be shown.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
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
  const locale = pickLocale(facts.locale);
  const offer = offerOf(compiled, facts, options);
  const placed = rowsOf(compiled, facts, options, offer, locale);
  const rows = placed.map(({ row }) => row);
  const isIdentity = ({ row }: PlacedRow) => IDENTITY.has(row.scope);
  const isOffline = ({ row }: PlacedRow) => row.scope === OFFLINE;
  const reason = reasonOf(compiled, facts, offer, rows);
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
    identity: placed.filter(isIdentity).map(({ row }) => row),
    groups: groupsOf(
      placed.filter((one) => !isIdentity(one) && !isOffline(one)),
      locale,
    ),
    offline: placed.find(isOffline)?.row ?? null,
    presets: presetsOf(compiled, placed),
    notCovered: [...(compiled.definition.notCovered ?? [])],
    links: {
      manage: safeLink(options.manageUrl),
      report: safeLink(options.reportUrl),
      help: safeLink(options.helpUrl),
    },
    canSkip: offer.error === undefined && canSkip(facts, rows, reason),
    headers: consentHeaders(facts.client.redirect_uri),
    words: locale.words,
  };
}

/** What was asked for and is not on the screen, and why: for the log, never for the page or the client. */
export function droppedScopes(
  policy: AnyPolicy,
  facts: ConsentFacts,
  options: ConsentOptions = {},
): readonly DroppedScope[] {
  const compiled = compiledPolicyOf(policy);
  return offerOf(compiled, readConsentFacts(facts), readConsentOptions(options)).dropped;
}

function userOf({ user }: ConsentFacts): ConsentScreen["user"] {
  if (user === undefined) return null;
  return { label: cleanName(user.label) ?? "", switchAccountUrl: safeLink(user.switchAccountUrl) };
}

function groupsOf(placed: readonly PlacedRow[], { words }: ConsentLocale): ConsentScreen["groups"] {
  const byLegend = new Map<string, ConsentRow[]>();
  for (const { row, scope } of placed) {
    const legend = scope.options.group ?? words.access;
    const rows = byLegend.get(legend) ?? [];
    byLegend.set(legend, rows);
    rows.push(row);
  }
  return [...byLegend].map(([legend, rows], index) => ({ id: `group-${index + 1}`, legend, rows }));
}

/**
 * Bundles of which there is something to choose here. Each checks its own scopes and the requested baseline, without which
 * they open nothing; locked rows stay as they are.
 */
function presetsOf(policy: CompiledPolicy, placed: readonly PlacedRow[]): ConsentScreen["presets"] {
  return Object.keys(policy.definition.bundles ?? {}).flatMap((id) => {
    const members = new Set(bundleScopes(policy, id));
    const changeable = placed.filter(({ row }) => !row.locked || row.checked);
    if (!changeable.some(({ row, scope }) => members.has(scope) && !row.locked)) return [];
    const title = id.replaceAll(/[-_]+/g, " ");
    const chosen = changeable.filter(
      ({ scope }) => members.has(scope) || policy.baseline.includes(scope),
    );
    return [
      {
        id,
        title: title.charAt(0).toUpperCase() + title.slice(1),
        scopes: chosen.map(({ row }) => row.scope),
      },
    ];
  });
}

function reasonOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  offer: Offer,
  rows: readonly ConsentRow[],
): ConsentScreen["reason"] {
  const { grantedPolicyVersion: version } = facts;
  if (isForced(facts.prompt)) return "forced";
  // a grant that is malformed, or of which this policy knows nothing, grants nothing
  if (grantedMeanings(policy, facts).size === 0) return "first-time";
  if (rows.some((row) => row.isNew)) return "new-scopes";
  const isChanged =
    version === undefined
      ? mayHaveGrown(policy, facts, offer)
      : version !== policy.definition.version;
  return isChanged ? "policy-changed" : "nothing-new";
}

/**
 * Whether the grant may mean more now than when it was given, where the host does not know the version of the policy then: it
 * covers something of this request by an older name or by an implication, and these may be newer than the grant.
 */
function mayHaveGrown(policy: CompiledPolicy, facts: ConsentFacts, { scopes }: Offer): boolean {
  const written = new Set(grantedTokens(facts));
  return [...closeOver(policy, scopes).keys()].some((text) => !written.has(text));
}

/** Whether `prompt` asks for this page; so does one that is no text, as two parameters of that name become. */
function isForced(prompt: unknown): boolean {
  if (prompt === undefined) return false;
  return typeof prompt !== "string" || prompt.split(" ").includes("consent");
}

/** RFC 6749, section 10.2: not without a person unless it is certain who gets the answer. */
function canSkip(
  { client }: ConsentFacts,
  rows: readonly ConsentRow[],
  reason: ConsentScreen["reason"],
): boolean {
  if (reason !== "nothing-new" || rows.length === 0) return false;
  const { redirectHost, redirectIsLocal } = redirectView(client.redirect_uri);
  if (redirectHost === null || redirectIsLocal) return false;
  const method = client.token_endpoint_auth_method;
  const isConfidential = method !== undefined && method !== "none";
  return isConfidential || String(client.redirect_uri).toLowerCase().startsWith("https:");
}
