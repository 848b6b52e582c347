import type { ConsentOutcome } from "../consent/resolve.js";
import type { PolicyEdition } from "./edition.js";
import type { GrantedScopeText, StoredGrant } from "./grant-row.js";

/** An outcome that grants something. */
export type GrantedOutcome = Extract<ConsentOutcome, { ok: true }>;

/** What a grant has after a consent, and how that differs from before. */
export interface MergedGrant {
  /** `renewed`: neither more nor less than before. `narrowed`: something is gone, whatever was added. */
  readonly kind: "granted" | "widened" | "renewed" | "narrowed";
  readonly scope: readonly string[];
  readonly boundaries: Readonly<Record<string, readonly string[]>>;
  readonly texts: readonly GrantedScopeText[];
  readonly policy: PolicyEdition;
}

/**
 * Returns what a grant has after a consent. What the request did not name stays granted: scopes that are not in `outcome.removed`,
 * and values of boundaries that were not chosen. A consent without a grant before starts from nothing.
 */
export function mergeGrant(
  before: StoredGrant | undefined,
  outcome: GrantedOutcome,
  policy: PolicyEdition,
): MergedGrant {
  const { removed, scopes, receipt } = outcome;
  const kept = (before?.texts ?? []).filter(
    ({ scope }) => !removed.includes(scope) && !scopes.includes(scope),
  );
  const { locale, time: consentedAt } = receipt;
  const shown = receipt.scopes.map((text) => ({ ...text, locale, consentedAt, policy }));
  const texts = [...kept, ...shown];
  const scope = texts.map((text) => text.scope);
  const boundaries = Object.fromEntries([
    ...Object.entries(before?.boundaries ?? {}),
    ...Object.entries(outcome.boundaries),
  ]);
  const after = { scope, boundaries };
  return { kind: kindOf(before, after), ...after, texts, policy: kept[0]?.policy ?? policy };
}

function kindOf(
  before: StoredGrant | undefined,
  after: Pick<MergedGrant, "scope" | "boundaries">,
): MergedGrant["kind"] {
  if (before === undefined) return "granted";
  const had = entriesOf(before);
  const has = entriesOf(after);
  if ([...had].some((entry) => !has.has(entry))) return "narrowed";
  return has.size > had.size ? "widened" : "renewed";
}

/** Returns the scopes and values of a grant, each as a text of its own. */
function entriesOf({ scope, boundaries }: Pick<MergedGrant, "scope" | "boundaries">): Set<string> {
  const values = Object.entries(boundaries).flatMap(([name, list]) =>
    list.map((value) => JSON.stringify([name, value])),
  );
  return new Set([...scope, ...values]);
}
