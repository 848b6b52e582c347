import { shapeKey } from "../grammar/template.js";
import type { ScopeOptions } from "./definition.js";
import type { ScopeDraft } from "./implications.js";
import { formatPath, type Path, type Report } from "./report.js";
import type { NamedScope } from "./scope-lookup.js";

// Twins are scopes that differ in the names of their placeholders alone, such as `/accounts/{accountID}/read` and
// `/accounts/{partnerID}/read`. Each scope token that is an instance of one is an instance of all. So they are one scope in every
// decision, with one id, that of the first declared, and with what all of them imply. They stay apart where the names of the
// placeholders count: in rules, and in the question who owns a value.

/** The options that must be equal in twins: they apply to a scope token, and a scope token is all of its twins. */
const CONDITIONS = [
  "tier",
  "accountTypes",
  "entitlement",
  "reserved",
  "restricted",
  "required",
  "default",
  "match",
] as const satisfies readonly (keyof ScopeOptions)[];

/** Gives twins one id and one list of implied scopes. Returns the indexes of the twins by their id. Reports conditions that differ. */
export function joinTwins(
  drafts: readonly ScopeDraft[],
  report: Report,
): ReadonlyMap<number, readonly number[]> {
  const leads = new Map<string, ScopeDraft>();
  const twins = new Map<number, number[]>();
  for (const draft of drafts) {
    if (draft.template.names.length === 0) continue;
    const key = shapeKey(draft.template);
    const lead = leads.get(key);
    if (lead === undefined) {
      leads.set(key, draft);
      continue;
    }
    draft.id = lead.id;
    draft.implies = lead.implies;
    const list = twins.get(lead.id) ?? [lead.declared];
    list.push(draft.declared);
    twins.set(lead.id, list);
    // an option that was removed, with a finding of its own, may have agreed
    if ([draft, lead].some(({ path }) => isDamaged(path, report))) continue;
    const differing = CONDITIONS.filter(
      (name) => conditionText(draft.options, name) !== conditionText(lead.options, name),
    );
    if (differing.length > 0) {
      report.add(
        "overlap",
        draft.path,
        `\`${draft.token.text}\` and \`${lead.token.text}\` differ in placeholder names alone, so a scope token is both: their options must agree in ${differing.map((name) => `\`${name}\``).join(" and ")}`,
      );
    }
  }
  return twins;
}

function isDamaged(path: Path, { removed, damaged }: Report): boolean {
  return removed.has(formatPath(path)) || damaged.has(formatPath(path));
}

const DEFAULTS: ScopeOptions = {
  reserved: false,
  restricted: false,
  required: false,
  match: "exact",
};

/** Returns a text that is equal for equal conditions. */
function conditionText(options: ScopeOptions, name: (typeof CONDITIONS)[number]): string {
  const value = options[name] ?? DEFAULTS[name];
  return JSON.stringify(typeof value === "object" ? [...new Set(value)].sort() : value) ?? "";
}

/**
 * Calls `visit` for each older name that differs from a current name in placeholder names alone: it is the name of a declared scope,
 * so it cannot be an older name. Older names may be twins of each other, as they may be equal.
 */
export function checkOldTwins(
  names: readonly NamedScope[],
  visit: (old: NamedScope, current: NamedScope) => void,
): void {
  if (!names.some(({ old }) => old)) return;
  const current = new Map<string, NamedScope>();
  for (const name of names) if (!name.old) current.set(shapeKey(name.template), name);
  for (const name of names) {
    const twin = current.get(shapeKey(name.template));
    if (name.old && twin !== undefined) visit(name, twin);
  }
}
