import { entryOf } from "../grammar/entry-of.js";
import {
  parseScopeToken,
  type ScopeTokenResult,
  type ScopeTokenSyntax,
} from "../grammar/scope-syntax.js";
import { isScopeToken } from "../grammar/scope-token.js";
import { isReadVerb } from "../grammar/verbs.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled-policy.js";
import { actionOf } from "../policy/scope-action.js";
import {
  coveringTexts,
  isCovered,
  type Meaning,
  type Meanings,
  namedMeanings,
  withImpliedMeanings,
} from "../policy/scope-meanings.js";
import { cleanClientText } from "./clean-text.js";
import { isFirstParty } from "./facts.js";
import { grantedMeanings, type Offer, type OfferedScope } from "./grantable-scopes.js";
import { type ConsentLocale, localizedText } from "./locale.js";
import { fillPlaceholders } from "./messages.js";
import type {
  ConsentFacts,
  ConsentOptions,
  ConsentRow,
  ConsentState,
  ConsentText,
  RefusedScope,
} from "./model.js";
import {
  createLackingReader,
  createScopeOperationsReader,
  type ScopeOperations,
} from "./scope-operations.js";

/** Row with its declared scope. */
export interface ScopeRow {
  readonly row: ConsentRow;
  readonly scope: CompiledScope;
}

interface RowDraft {
  readonly offered: OfferedScope;
  readonly unlocked: ScopeOperations;
  /** Meanings that the scope implies, and other offered scopes that it or one of them covers. */
  readonly includes: Meaning[];
  readonly state: Exclude<ConsentState, "implied">;
  readonly checked: boolean;
  readonly locked: boolean;
  readonly why: string | null;
  readonly tier: ConsentRow["tier"];
  readonly entitlement: ConsentRow["entitlement"];
}

/** Returns the rows of a screen in the order of the policy. The first rule that applies determines the state of a row. */
export function rowsOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
  offer: Offer,
  locale: ConsentLocale,
): readonly ScopeRow[] {
  const firstParty = isFirstParty(facts.client);
  const context: RowContext = {
    granted: grantedMeanings(policy, facts),
    required: namedTexts(policy, facts.client.requiredScopes ?? [], firstParty),
    refused: namedTexts(
      policy,
      activeRefusals(facts).map(({ scope }) => scope),
      firstParty,
    ),
    baseline: new Set(policy.baseline.map(({ name }) => name)),
    unlocks: createScopeOperationsReader(policy, facts),
    locale,
  };
  const drafts = offer.scopes.map((offered) =>
    createDraft(policy, facts, options, offered, context),
  );
  includeCovered(drafts);
  const titles = new Map(
    drafts.map(({ offered }) => [offered.text, titleOf(offered.scope, locale)]),
  );
  const impliedBy = new Map<string, RowDraft[]>();
  for (const draft of drafts) {
    for (const { text } of draft.includes) {
      const list = impliedBy.get(text);
      if (list === undefined) impliedBy.set(text, [draft]);
      else list.push(draft);
    }
  }
  return drafts.map((draft, index) => {
    const { offered, tier, entitlement } = draft;
    const { scope, values, text, labels } = offered;
    const title = titles.get(text) as ConsentText;
    const description = localizedText(scope, "description", locale) ?? title;
    const includedIn = (impliedBy.get(text) ?? []).map((other) => other.offered.text);
    const isImplied =
      (draft.state === "optional" || (draft.state === "tier_locked" && !draft.checked)) &&
      impliedBy.get(text)?.some((other) => other.checked) === true;
    const warning = localizedText(scope, "warning", locale);
    const { tools, endpoints } = draft.unlocked;
    const included = draft.includes.filter((one) => !one.scope.reserved);
    const row: ConsentRow = {
      domId: `scope-${index + 1}`,
      scope: text,
      title: title.text,
      description: description.text,
      lang: {
        title: title.lang,
        description: description.lang,
        warning: warning?.lang ?? null,
      },
      access: accessOf(scope),
      resource: values.map((value, at) => ({
        param: scope.template.names[at] as string,
        value,
        label: cleanClientText(labels[at]) ?? value,
      })),
      state: isImplied ? "implied" : draft.state,
      checked: isImplied || draft.checked,
      locked: draft.locked,
      why:
        isImplied && !context.baseline.has(text)
          ? includedText(includedIn, titles, locale)
          : draft.why,
      warning: warning === undefined ? null : { label: locale.words.caution, text: warning.text },
      tier,
      entitlement,
      isNew: context.granted.size > 0 && !isCovered(context.granted, offered),
      includes: included.map((one) => one.text),
      includedTitles: titlesOf(included, locale),
      includedIn,
      unlocks: { tools, endpoints },
    };
    return { row, scope };
  });
}

/** Adds to each draft the other offered scopes that it, or a scope that it implies, covers by a matching rule. */
function includeCovered(drafts: readonly RowDraft[]): void {
  const byText = new Map<string, RowDraft[]>();
  const narrow = drafts.filter(({ offered }) => offered.scope.template.coverage !== undefined);
  if (narrow.length === 0) return;
  for (const draft of drafts) {
    for (const { text } of [draft.offered, ...draft.includes]) {
      entryOf(byText, text, (): RowDraft[] => []).push(draft);
    }
  }
  for (const { offered } of narrow) {
    const [, ...others] = coveringTexts(offered);
    for (const broader of new Set(others.flatMap((text) => byText.get(text) ?? [])))
      broader.includes.push(offered);
  }
}

function includedText(
  names: readonly string[],
  titles: ReadonlyMap<string, ConsentText>,
  { words }: ConsentLocale,
): string {
  return fillPlaceholders(words.includedIn, {
    scopes: names.map((name) => titles.get(name)?.text).join(", "),
  });
}

/** Returns the titles of scopes, each once: scopes with different values have one title. */
function titlesOf(scopes: readonly Meaning[], locale: ConsentLocale): readonly ConsentText[] {
  const titles = scopes.map(({ scope }) => titleOf(scope, locale));
  return [...new Map(titles.map((title) => [title.text, title])).values()];
}

/** Facts that all rows of one screen share. */
interface RowContext {
  readonly granted: Meanings;
  readonly required: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
  readonly baseline: ReadonlySet<string>;
  readonly unlocks: (scope: number) => ScopeOperations;
  readonly locale: ConsentLocale;
}

function createDraft(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
  offered: OfferedScope,
  { granted, required, refused, baseline, unlocks, locale }: RowContext,
): RowDraft {
  const { scope, text } = offered;
  const { words } = locale;
  const isGranted = isCovered(granted, offered);
  const unlocked = unlocks(scope.id);
  const tier = tierNote(policy, facts, Math.max(scope.tier, unlocked.tier), locale);
  const entitlement = entitlementNote(facts, scope, unlocked, locale);
  const why = baseline.has(text) ? words.baselineWhy : null;
  const all = withImpliedMeanings(policy, [offered]);
  const includes = [...all.values()].filter((one) => one.text !== text);
  const base = { offered, tier, entitlement, unlocked, includes, locked: false, why };
  if (scope.options.required === true || required.has(text)) {
    return { ...base, state: "required", checked: true, locked: true, why: words.requiredWhy };
  }
  if (tier !== null || entitlement !== null) {
    const locked = options.tierLocked === "locked" && !isGranted;
    return { ...base, state: "tier_locked", checked: isGranted, locked };
  }
  if (isGranted) return { ...base, state: "already_granted", checked: true };
  // a scope of the baseline, without which nothing works, is never treated as refused
  if (refused.has(text) && !baseline.has(text)) {
    return { ...base, state: "optional", checked: false, why: words.refusedBefore };
  }
  const checked = options.prechecked !== "never" && scope.options.default !== "off";
  return { ...base, state: "optional", checked };
}

/** Returns the current names of scope tokens that the server stores. */
function namedTexts(
  policy: CompiledPolicy,
  tokens: readonly string[],
  firstParty: boolean,
): ReadonlySet<string> {
  const named = tokens.flatMap((token) => namedMeanings(policy, token, firstParty));
  return new Set(named.map(({ text }) => text));
}

/** Returns the refusals that are still in force. */
export function activeRefusals({
  refused = [],
  now = Date.now() / 1_000,
}: ConsentFacts): readonly RefusedScope[] {
  return refused.filter(
    ({ scope, until }) => isScopeToken(scope) && (until === undefined || until > now),
  );
}

/** Returns the tier that is needed if the account's tier is below it. An unknown tier is below the lowest. */
function tierNote(
  policy: CompiledPolicy,
  { account }: ConsentFacts,
  rank: number,
  { words }: ConsentLocale,
): ConsentRow["tier"] {
  const needed = policy.tiers[rank];
  if (needed === undefined) return null;
  const has = account?.tier === undefined ? -1 : (policy.tierRank.get(account.tier) ?? -1);
  return has >= rank
    ? null
    : { needed, note: fillPlaceholders(words.tierNote, { tier: capitalize(needed) }) };
}

/** Returns the first entitlement that is needed and that the account does not have. */
function entitlementNote(
  { account }: ConsentFacts,
  { entitlements }: CompiledScope,
  unlocked: ScopeOperations,
  { words }: ConsentLocale,
): ConsentRow["entitlement"] {
  const [needed] = [...createLackingReader(account)(entitlements), ...unlocked.lacking];
  return needed === undefined
    ? null
    : {
        needed,
        note: fillPlaceholders(words.entitlementNote, { entitlement: capitalize(needed) }),
      };
}

/**
 * Returns the title of a scope, or its description, or one made of the words of its name: `courses:read` becomes "Courses: read".
 */
export function titleOf(scope: CompiledScope, locale: ConsentLocale): ConsentText {
  const text = localizedText(scope, "title", locale) ?? localizedText(scope, "description", locale);
  if (text !== undefined) return text;
  const { resource, action } = syntaxOf(scope);
  const about = wordsOf(resource ?? "");
  const spoken = about === "" ? wordsOf(scope.name) : `${about}: ${wordsOf(action as string)}`;
  return { text: spoken === "" ? scope.name : capitalize(spoken), lang: null };
}

function wordsOf(text: string): string {
  return text
    .replaceAll(/\{[^{}]*\}/g, " ")
    .replaceAll(/[_./:!=-]+/g, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
}

const PUBLISH_ACTIONS = new Set(["publish", "share", "send"]);

function accessOf(scope: CompiledScope): ConsentRow["access"] {
  const action = actionOf(scope);
  if (action === null) return "other";
  if (isReadVerb(action)) return "read";
  return PUBLISH_ACTIONS.has(action) ? "publish" : "write";
}

/** Returns the parts of a declared name. It parses, because the policy was checked when it was compiled. */
function syntaxOf({ name }: CompiledScope): ScopeTokenSyntax {
  const parsed = parseScopeToken<string>(name) as Extract<ScopeTokenResult, { ok: true }>;
  return parsed.token;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
