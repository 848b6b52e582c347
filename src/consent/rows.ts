import {
  parseScopeToken,
  type ScopeTokenResult,
  type ScopeTokenSyntax,
} from "../grammar/scope-syntax.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled.js";
import { closeOver, type Meaning, type Meanings, namedMeanings } from "../policy/scope-meanings.js";
import { cleanName } from "./clean-text.js";
import { isFirstParty } from "./facts.js";
import { type ConsentLocale, textOf } from "./locale.js";
import { fill } from "./messages.js";
import type {
  ConsentFacts,
  ConsentOptions,
  ConsentRow,
  ConsentState,
  RefusedScope,
} from "./model.js";
import { grantedMeanings, type Offer, type OfferedScope } from "./offer.js";
import { type Unlocked, unlocksOf } from "./unlocks.js";

/** Row with its declared scope. */
export interface PlacedRow {
  readonly row: ConsentRow;
  readonly scope: CompiledScope;
}

interface Draft {
  readonly offered: OfferedScope;
  readonly unlocked: Unlocked;
  /** Meanings that the scope implies. */
  readonly includes: readonly Meaning[];
  readonly state: Exclude<ConsentState, "implied">;
  readonly checked: boolean;
  readonly locked: boolean;
  readonly why: string | null;
  readonly tier: ConsentRow["tier"];
}

/** Returns the rows of a screen in the order of the policy. The first rule that applies determines the state of a row. */
export function rowsOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
  offer: Offer,
  locale: ConsentLocale,
): readonly PlacedRow[] {
  const firstParty = isFirstParty(facts.client);
  const around: Around = {
    granted: grantedMeanings(policy, facts),
    required: namedTexts(policy, facts.client.requiredScopes ?? [], firstParty),
    refused: namedTexts(
      policy,
      liveRefusals(facts).map(({ scope }) => scope),
      firstParty,
    ),
    baseline: new Set(policy.baseline.map(({ name }) => name)),
    unlocks: unlocksOf(policy, facts),
    locale,
  };
  const drafts = offer.scopes.map((offered) => draftOf(policy, facts, options, offered, around));
  const titles = new Map(
    drafts.map(({ offered }) => [offered.text, titleOf(offered.scope, locale)]),
  );
  const over = new Map<string, Draft[]>();
  for (const draft of drafts) {
    for (const { text } of draft.includes) {
      const list = over.get(text);
      if (list === undefined) over.set(text, [draft]);
      else list.push(draft);
    }
  }
  return drafts.map((draft, index) => {
    const { offered, tier } = draft;
    const { scope, values, text, labels } = offered;
    const title = titles.get(text) as string;
    const includedIn = (over.get(text) ?? []).map((other) => other.offered.text);
    const isImplied =
      (draft.state === "optional" || (draft.state === "tier_locked" && !draft.checked)) &&
      over.get(text)?.some((other) => other.checked) === true;
    const warning = textOf(scope, "warning", locale);
    const { tools, endpoints } = draft.unlocked;
    const row: ConsentRow = {
      domId: `scope-${index + 1}`,
      scope: text,
      title,
      description: textOf(scope, "description", locale) ?? title,
      access: accessOf(scope),
      resource: values.map((value, at) => ({
        param: scope.template.names[at] as string,
        value,
        label: cleanName(labels[at]) ?? value,
      })),
      state: isImplied ? "implied" : draft.state,
      checked: isImplied || draft.checked,
      locked: draft.locked,
      why:
        isImplied && !around.baseline.has(text)
          ? includedWords(includedIn, titles, locale)
          : draft.why,
      warning: warning === undefined ? null : { label: locale.words.caution, text: warning },
      tier,
      isNew: around.granted.size > 0 && !around.granted.has(text),
      includes: draft.includes.flatMap((one) => (one.scope.reserved ? [] : [one.text])),
      includedIn,
      unlocks: { tools, endpoints },
    };
    return { row, scope };
  });
}

function includedWords(
  names: readonly string[],
  titles: ReadonlyMap<string, string>,
  { words }: ConsentLocale,
): string {
  return fill(words.includedIn, { scopes: names.map((name) => titles.get(name)).join(", ") });
}

/** Facts that all rows of one screen share. */
interface Around {
  readonly granted: Meanings;
  readonly required: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
  readonly baseline: ReadonlySet<string>;
  readonly unlocks: (scope: number) => Unlocked;
  readonly locale: ConsentLocale;
}

function draftOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
  offered: OfferedScope,
  { granted, required, refused, baseline, unlocks, locale }: Around,
): Draft {
  const { scope, text } = offered;
  const { words } = locale;
  const isGranted = granted.has(text);
  const unlocked = unlocks(scope.id);
  const tier = tierNote(policy, facts, Math.max(scope.tier, unlocked.tier), locale);
  const why = baseline.has(text) ? words.baselineWhy : null;
  const all = closeOver(policy, [offered]);
  const includes = [...all.values()].filter((one) => one.text !== text);
  const base = { offered, tier, unlocked, includes, locked: false, why };
  if (scope.options.required === true || required.has(text)) {
    return { ...base, state: "required", checked: true, locked: true, why: words.requiredWhy };
  }
  if (tier !== null) {
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
export function liveRefusals({
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
  return has >= rank ? null : { needed, note: fill(words.tierNote, { tier: capitalised(needed) }) };
}

/** Returns the title of a scope, or one made of the words of its name: `courses:read` becomes "Courses: read". */
export function titleOf(scope: CompiledScope, locale: ConsentLocale): string {
  const title = textOf(scope, "title", locale);
  if (title !== undefined) return title;
  const { resource, action } = syntaxOf(scope);
  const words = resource === null ? scope.name : `${resource}: ${action}`;
  const spoken = words
    .replaceAll(/\{[^}]*\}/g, " ")
    .replaceAll(/[_./-]+|:(?! )/g, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  return spoken === "" ? scope.name : capitalised(spoken);
}

const READING = new Set(
  "read view get list search listen subscribe download pull export readonly read_only read_all verify_only".split(
    " ",
  ),
);
const PUBLISHING = new Set(["publish", "share", "send"]);

function accessOf(scope: CompiledScope): ConsentRow["access"] {
  const { action } = syntaxOf(scope);
  if (action === null) return "other";
  if (READING.has(action)) return "read";
  return PUBLISHING.has(action) ? "publish" : "write";
}

/** Returns the parts of a declared name. It parses, because the policy was checked when it was compiled. */
function syntaxOf({ name }: CompiledScope): ScopeTokenSyntax {
  const parsed = parseScopeToken<string>(name) as Extract<ScopeTokenResult, { ok: true }>;
  return parsed.token;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
