import type { Policy } from "../../decision/define-policy.js";
import { findEndpoint } from "../../decision/find-endpoint.js";
import type { Finding } from "../../errors.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { OperationDefinition } from "../../policy/definition.js";
import { endsInCatchAll, HEAD, splitEndpoint } from "../../policy/endpoint-key.js";
import { notAssigned } from "../source/not-assigned.js";
import { type Draft, isSameRule, leave } from "./draft.js";
import { findingsByMember, tryLoad } from "./load-findings.js";
import type { Placed } from "./settle-shapes.js";

/** A definition, and the findings that remain in it. */
export interface Accepted {
  readonly definition: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

/**
 * Returns a definition that loads as a policy. An operation with a finding is denied, and one whose denial has a finding is not in the
 * policy. No endpoint decides requests of an operation that is not in the policy, unless it denies them or has the same rule.
 *
 * @param members - the definition without `endpoints`
 * @param entryOf - returns the entry of an operation that is not denied
 */
export function acceptPolicy(
  members: Readonly<Record<string, unknown>>,
  placed: Placed,
  drafts: readonly Draft[],
  document: string,
  entryOf: (draft: Draft) => OperationDefinition,
): Accepted {
  const refused = new Set<string>();
  for (;;) {
    const entries = [...placed].map(
      ([key, draft]) =>
        [key, draft.denial === undefined ? entryOf(draft) : { deny: draft.denial }] as const,
    );
    const definition = {
      ...members,
      ...(entries.length > 0 && { endpoints: Object.fromEntries<OperationDefinition>(entries) }),
    };
    const loaded = tryLoad(definition);
    const findings = loaded.ok ? [] : loaded.findings;
    const isChanged = loaded.ok
      ? guardRequests(loaded.policy, placed, drafts, document, refused)
      : leaveFound(findings, placed, document, refused);
    if (!isChanged) return { definition, findings };
  }
}

/** Leaves each operation with a finding. Returns whether there is one. */
function leaveFound(
  findings: readonly Finding[],
  placed: Placed,
  document: string,
  refused: Set<string>,
): boolean {
  const { byName } = findingsByMember(findings, "endpoints", placed.keys());
  for (const [key, { code, message }] of byName) {
    const draft = placed.get(key) as Draft;
    if (draft.denial === undefined) {
      leave(draft, { code, message }, notAssigned(`${document} has a rule that no policy accepts`));
    } else {
      placed.delete(key);
      refused.add(key);
      leave(draft, { code, message });
    }
  }
  return byName.size > 0;
}

/**
 * Denies requests of operations that are not in the policy, and of others below other base paths, where an endpoint with another rule
 * would decide them: at their own path if the policy can hold it, otherwise at that endpoint. Returns whether something was changed.
 */
function guardRequests(
  policy: Policy,
  placed: Placed,
  drafts: readonly Draft[],
  document: string,
  refused: ReadonlySet<string>,
): boolean {
  const decided = new Set([...placed.values()].flatMap((draft) => [draft, ...draft.merged]));
  let isChanged = false;
  const coveringOf = (draft: Draft, path: string) => {
    // a router can ignore letter case, also that of base paths
    const request = { method: draft.source.method, path };
    const found = findEndpoint(compiledPolicyOf(policy), request, { caseSensitive: false });
    const covering = found && placed.get(found.name);
    // removed for another operation: the next pass finds what decides then
    if (covering === undefined || isDenied(covering) || isSameRule(draft, covering))
      return undefined;
    isChanged = true;
    return { key: found?.name as string, draft: covering };
  };
  for (const draft of drafts) {
    for (const sample of draft.otherSamples) {
      const covering = coveringOf(draft, sample);
      if (covering !== undefined) denyCovering(covering, draft, placed, document, OTHER_BASE);
    }
    if (decided.has(draft)) continue;
    for (const sample of draft.samples) {
      const covering = coveringOf(draft, sample);
      if (covering === undefined) continue;
      const own = ownKey(draft);
      if (own !== undefined && !refused.has(own) && !placed.has(own)) {
        const message = `denied, because \`${covering.draft.source.label}\` would decide its requests`;
        placed.set(own, draft);
        const denial = notAssigned(`${document} has an operation here that no policy can hold`);
        leave(draft, { code: "denied_instead", message }, denial);
      } else {
        denyCovering(covering, draft, placed, document, NOT_HELD);
      }
    }
  }
  return isChanged;
}

const NOT_HELD = "which no policy can hold and which this endpoint would decide";
const OTHER_BASE = "which this endpoint would decide below another base path";

function denyCovering(
  { key, draft: covering }: { readonly key: string; readonly draft: Draft },
  { source: { label } }: Draft,
  placed: Placed,
  document: string,
  why: string,
): void {
  const reason = notAssigned(`${document} has \`${label}\`, ${why}`);
  const remark = { code: "decides_another", message: reason };
  // a denial of a catch-all would deny every operation below it
  const isCatchAll = endsInCatchAll(splitEndpoint(key));
  if (isCatchAll) placed.delete(key);
  leave(covering, remark, isCatchAll ? undefined : reason);
}

/** Returns the key at which requests of an operation can be denied; `undefined` if there is none, or if it would deny others. */
function ownKey({ key, path, remarks }: Draft): string | undefined {
  const own = key ?? path.nearKey;
  if (own === undefined || remarks.some(({ code }) => code === "overlap")) return undefined;
  if (endsInCatchAll(splitEndpoint(own))) return undefined;
  return own.startsWith(`${HEAD} `) ? `GET${own.slice(HEAD.length)}` : own;
}

function isDenied({ denial, assigned }: Draft): boolean {
  return denial !== undefined || (typeof assigned === "object" && assigned.deny !== undefined);
}
