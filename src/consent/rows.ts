import {
  parseScopeToken,
  type ScopeTokenResult,
  type ScopeTokenSyntax,
} from "../grammar/scope-syntax.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled.js";
import { currentNames, type KnownScope } from "../policy/known-scope.js";
import { cleanName } from "./clean-text.js";
import { type ConsentLocale, textOf } from "./locale.js";
import type { ConsentFacts, ConsentOptions, ConsentRow, ConsentState } from "./model.js";
import { grantedNames, type Offer, ownedLabel } from "./offer.js";
import { unlocksOf } from "./unlocks.js";
import { fill } from "./words.js";

/** A row with the declared scope that it stands for. */
export interface PlacedRow {
  readonly row: ConsentRow;
  readonly scope: CompiledScope;
}

interface Draft {
  readonly offered: KnownScope;
  readonly state: Exclude<ConsentState, "implied">;
  readonly checked: boolean;
  readonly locked: boolean;
  readonly why: string | null;
  readonly tier: ConsentRow["tier"];
}

/** The rows of a screen, in the order of the policy: the first rule that fits says what a row is. */
export function rowsOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
  offer: Offer,
  locale: ConsentLocale,
): readonly PlacedRow[] {
  const unlocks = unlocksOf(policy, facts);
  const granted = new Set(grantedNames(policy, facts).keys());
  const required = new Set(currentNames(policy, facts.client.required_scopes ?? []));
  const drafts = offer.scopes.map((offered) =>
    draftOf(policy, facts, options, offered, { granted, required, unlocks, locale }),
  );
  const texts = new Map(drafts.map(({ offered }) => [offered.text, offered]));
  const { words } = locale;
  const over = new Map<string, Draft[]>();
  for (const draft of drafts) {
    for (const text of impliedBy(policy, draft.offered)) {
      const list = over.get(text) ?? [];
      over.set(text, list);
      list.push(draft);
    }
  }
  return drafts.map((draft, index) => {
    const { offered, tier } = draft;
    const { scope, values, text } = offered;
    const includedIn = over.get(text) ?? [];
    const isImplied =
      draft.state === "optional" &&
      includedIn.some((other) => other.checked && other.tier === null);
    const titles = (list: readonly string[]) =>
      list.map((name) => titleOf((texts.get(name) as KnownScope).scope, locale)).join(", ");
    const includedNames = includedIn.map((other) => other.offered.text);
    const { tools, endpoints } = unlocks(scope.id);
    const warning = textOf(scope, "warning", locale);
    const row: ConsentRow = {
      domId: `scope-${index + 1}`,
      scope: text,
      title: titleOf(scope, locale),
      description: textOf(scope, "description", locale) ?? titleOf(scope, locale),
      access: accessOf(scope),
      resource: values.map((value, at) => {
        const param = scope.template.names[at] as string;
        return { param, value, label: cleanName(ownedLabel(facts.account, param, value)) ?? value };
      }),
      state: isImplied ? "implied" : draft.state,
      checked: isImplied || draft.checked,
      locked: draft.locked,
      why: isImplied ? fill(words.includedIn, { scopes: titles(includedNames) }) : draft.why,
      warning: warning === undefined ? null : { label: words.caution, text: warning },
      tier,
      isNew: granted.size > 0 && !granted.has(text),
      includes: impliedBy(policy, offered),
      includedIn: includedNames,
      unlocks: { tools, endpoints },
    };
    return { row, scope };
  });
}

interface Around {
  readonly granted: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  readonly unlocks: ReturnType<typeof unlocksOf>;
  readonly locale: ConsentLocale;
}

function draftOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
  offered: KnownScope,
  { granted, required, unlocks, locale }: Around,
): Draft {
  const { scope, text } = offered;
  const { words } = locale;
  const isGranted = granted.has(text);
  const tier = tierNote(policy, facts, Math.max(scope.tier, unlocks(scope.id).tier), locale);
  const base = { offered, tier, locked: false, why: null };
  if (scope.options.required === true || required.has(text)) {
    return { ...base, state: "required", checked: true, locked: true, why: words.requiredWhy };
  }
  if (tier !== null) {
    const locked = options.tierLocked === "locked" && !isGranted;
    return { ...base, state: "tier-locked", checked: isGranted, locked };
  }
  if (isGranted) return { ...base, state: "already-granted", checked: true };
  if (isRefused(policy, facts, text)) {
    return { ...base, state: "optional", checked: false, why: words.refusedBefore };
  }
  const checked = options.prechecked !== "never" && scope.options.default !== "off";
  return { ...base, state: "optional", checked };
}

/** The plan that is needed and not there; an unknown plan is below the lowest. */
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

function isRefused(
  policy: CompiledPolicy,
  { refused = [], now = Date.now() / 1_000 }: ConsentFacts,
  text: string,
): boolean {
  const live = refused.filter(({ until }) => until === undefined || until > now);
  const names = live.map(({ scope }) => scope);
  return currentNames(policy, names).includes(text);
}

/** The scopes that come with one, as concrete scope-tokens. */
function impliedBy(policy: CompiledPolicy, { scope, values }: KnownScope): readonly string[] {
  return scope.closure.flatMap((implied) => {
    if (implied.scope === scope.id) return [];
    const own = policy.scopes[implied.scope] as CompiledScope;
    if (own.reserved) return [];
    return [
      bindTemplate(
        own.template,
        implied.values.map((at) => values[at] as string),
      ),
    ];
  });
}

/** A scope's own title, else its words: `courses:read` is "Courses: read". */
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

/** A declared name: what it says has been read once, at compile time. */
function syntaxOf({ name }: CompiledScope): ScopeTokenSyntax {
  const parsed = parseScopeToken<string>(name) as Extract<ScopeTokenResult, { ok: true }>;
  return parsed.token;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
