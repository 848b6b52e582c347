import { readScopeTokens } from "../grammar/scope.js";
import { holdsPlaceholder } from "../grammar/scope-syntax.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled.js";
import { createCeiling } from "../policy/scope-ceiling.js";
import {
  expandTokens,
  type Meaning,
  type Meanings,
  namedMeanings,
  readGrantedTokens,
} from "../policy/scope-meanings.js";
import { forLog } from "./clean-text.js";
import { isFirstParty } from "./facts.js";
import type { ConsentError, ConsentFacts, ConsentOptions, DroppedScope } from "./model.js";
import { createOwnershipCheck } from "./ownership.js";

/** A scope that can be offered. */
export interface OfferedScope extends Meaning {
  /** For each placeholder: what the person calls its value. */
  readonly labels: readonly string[];
}

/** What a request comes down to. */
export interface Offer {
  /** In the order of the policy, each once. */
  readonly scopes: readonly OfferedScope[];
  /** What was asked for and is not offered; at most {@link MAX_DROPPED}. */
  readonly dropped: readonly DroppedScope[];
  /** Why nothing may be shown: the request is malformed, holds what may not be dropped, or comes down to nothing. */
  readonly error: ConsentError | undefined;
  /** The scope tokens of the request; `undefined` where it named none. */
  readonly requested: readonly string[] | undefined;
  /**
   * What the request asked for, offered or not, by the texts of its meanings. Where `owns` fails on one that is granted, there is an
   * error instead, so that nothing is taken back because of an outage.
   */
  readonly asked: ReadonlySet<string>;
}

/** How many dropped scopes are reported for one request. */
const MAX_DROPPED = 256;

/** Sorts what a client asked for into what can be offered and what cannot, by the policy, the client's registration and the account. */
export function offerOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
): Offer {
  const requested = readRequested(facts.requested);
  if (requested === undefined) {
    return refusal("invalid_scope", [{ scope: forLog(facts.requested), why: "malformed" }]);
  }
  const firstParty = isFirstParty(facts.client);
  const granted = grantedMeanings(policy, facts);
  const whyNot = createEligibilityCheck(policy, facts);
  const offered = new Map<string, OfferedScope>();
  const seen = new Set<string>();
  const asked = new Set<string>();
  const dropped: DroppedScope[] = [];
  let isOutage = false;
  const tokens = requested.length > 0 ? requested : tokensOfNone(policy, facts, options);
  for (const token of tokens) {
    const named = namedMeanings(policy, token, firstParty);
    if (named.length === 0) dropped.push({ scope: forLog(token), why: whyUnknown(policy, token) });
    for (const meaning of named) {
      if (seen.has(meaning.text)) continue;
      seen.add(meaning.text);
      const result = whyNot(meaning);
      if (result.kind === "offered")
        offered.set(meaning.text, { ...meaning, labels: result.labels });
      else {
        dropped.push({ scope: forLog(named.length === 1 ? token : meaning.text), why: result.why });
        isOutage ||= result.isOutage && granted.has(meaning.text);
      }
      // a request without scope asked for what it is offered, no more
      if (result.kind === "offered" || requested.length > 0) asked.add(meaning.text);
    }
  }
  // the client cannot be blamed for what it did not ask for
  const isStrict = options.ineligible === "refuse" && requested.length > 0;
  if (isOutage) return refusal("temporarily_unavailable", dropped);
  if (offered.size === 0 || (dropped.length > 0 && isStrict)) {
    return refusal("invalid_scope", dropped);
  }
  const scopes = [...offered.values()].sort((left, right) => left.scope.id - right.scope.id);
  return {
    scopes,
    dropped: dropped.slice(0, MAX_DROPPED),
    error: undefined,
    requested: requested.length > 0 ? requested : undefined,
    asked,
  };
}

function refusal(error: ConsentError, dropped: readonly DroppedScope[]): Offer {
  return {
    scopes: [],
    dropped: dropped.slice(0, MAX_DROPPED),
    error,
    requested: undefined,
    asked: new Set(),
  };
}

/** The tokens of a scope parameter; none for one that was not sent, `undefined` for a malformed one. */
function readRequested(scope: unknown): readonly string[] | undefined {
  return scope === undefined ? [] : readScopeTokens(scope);
}

/** The tokens of the earlier grant as the grant spells them; none where it is malformed, as a token of it would be. */
export function grantedTokens({ granted }: ConsentFacts): readonly string[] {
  return readGrantedTokens(granted) ?? [];
}

/** Everything that the earlier grant means. */
export function grantedMeanings(policy: CompiledPolicy, facts: ConsentFacts): Meanings {
  return expandTokens(policy, grantedTokens(facts), isFirstParty(facts.client));
}

/** What a request without scope asks for (RFC 6749, section 3.3). */
function tokensOfNone(
  policy: CompiledPolicy,
  { account }: ConsentFacts,
  { whenNoScope = "defaults" }: ConsentOptions,
): readonly string[] {
  if (whenNoScope === "fail") return [];
  if (whenNoScope === "defaults") return policy.definition.defaultScopes ?? [];
  return policy.scopes
    .filter((scope) => !scope.reserved)
    .flatMap((scope) => bindingsOf(scope, account?.resources));
}

/** A scope bound to everything of this account that its one placeholder can mean; itself, where it has none. */
function bindingsOf(
  { template }: CompiledScope,
  resources: { readonly [param: string]: { readonly [value: string]: string } } = {},
): readonly string[] {
  if (template.names.length === 0) return [bindTemplate(template, [])];
  const [param, ...others] = template.names as readonly [string, ...string[]];
  // two placeholders would be every pair: a request has to name those
  const values = others.length === 0 && Object.hasOwn(resources, param) ? resources[param] : {};
  return Object.keys(values ?? {}).map((value) => bindTemplate(template, [value]));
}

function whyUnknown(policy: CompiledPolicy, token: string): DroppedScope["why"] {
  if (holdsPlaceholder(token)) return "unbound";
  return namedMeanings(policy, token, true).length > 0 ? "reserved" : "unknown";
}

type Eligibility =
  | { readonly kind: "offered"; readonly labels: readonly string[] }
  | { readonly kind: "dropped"; readonly why: DroppedScope["why"]; readonly isOutage: boolean };

/** Prepares the check of what may be offered to this client on behalf of this account. */
function createEligibilityCheck(
  policy: CompiledPolicy,
  { client, account }: ConsentFacts,
): (meaning: Meaning) => Eligibility {
  const registered =
    client.scope === undefined
      ? undefined
      : createCeiling(policy, readScopeTokens(client.scope) ?? [], isFirstParty(client));
  const ownershipOf = createOwnershipCheck(policy, account);
  const accountType = account?.account_type;
  const dropped = (why: DroppedScope["why"], isOutage = false): Eligibility => ({
    kind: "dropped",
    why,
    isOutage,
  });
  return (meaning) => {
    if (registered?.covers(meaning) === false) return dropped("not-registered");
    const ownership = ownershipOf(meaning);
    if (ownership.kind === "refused") return dropped(ownership.why, ownership.isOutage);
    const { accountTypes } = meaning.scope;
    if (accountType !== undefined && accountTypes?.includes(accountType) === false) {
      return dropped("account-type");
    }
    return { kind: "offered", labels: ownership.labels };
  };
}
