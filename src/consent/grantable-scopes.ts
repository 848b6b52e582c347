import { hasPlaceholder } from "../grammar/placeholder.js";
import { readScopeTokens } from "../grammar/scope.js";
import { bindTemplate } from "../grammar/template.js";
import { createApproval } from "../policy/approval.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled-policy.js";
import { meetsTypeConditions } from "../policy/conditions.js";
import { createCeiling } from "../policy/scope-ceiling.js";
import {
  expandTokens,
  isCovered,
  type Meaning,
  type Meanings,
  namedMeanings,
  readGrantedTokens,
} from "../policy/scope-meanings.js";
import { forLog } from "./clean-text.js";
import { isFirstParty } from "./facts.js";
import type { ConsentError, ConsentFacts, ConsentOptions, DroppedScope } from "./model.js";
import { createOwnershipCheck } from "./ownership.js";
import { accountTypesOf } from "./scope-operations.js";

/** Scope that can be offered to the user. */
export interface OfferedScope extends Meaning {
  /** Label of each placeholder's value, as the user knows it. */
  readonly labels: readonly string[];
}

/** Scopes that a request offers to the user, and those that it does not. */
export interface Offer {
  /** Offered scopes in the order of the policy, each once. */
  readonly scopes: readonly OfferedScope[];
  /** Requested scopes that are not offered; at most {@link MAX_DROPPED}. */
  readonly dropped: readonly DroppedScope[];
  /** Reason why nothing may be shown: the request is malformed, contains a scope that may not be dropped, or offers nothing. */
  readonly error: ConsentError | undefined;
  /** Scope tokens of the request; `undefined` if it has none. */
  readonly requested: readonly string[] | undefined;
  /**
   * All meanings that the request asked for, offered or not. If `owns` fails on one that is granted, there is an error
   * instead, so that an outage never removes a granted scope.
   */
  readonly asked: Meanings;
}

/** Maximum number of dropped scopes that are reported for one request. */
const MAX_DROPPED = 256;

/** Divides the requested scopes into offered and dropped ones by the policy, the client's registration and the account. */
export function createOffer(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
): Offer {
  const requested = readRequested(facts.requested);
  if (requested === undefined) {
    return errorOffer("invalid_scope", [{ scope: forLog(facts.requested), why: "malformed" }]);
  }
  const firstParty = isFirstParty(facts.client);
  const granted = grantedMeanings(policy, facts);
  const checkEligibility = createEligibilityCheck(policy, facts);
  const offered = new Map<string, OfferedScope>();
  const seen = new Set<string>();
  const asked = new Map<string, Meaning>();
  const dropped: DroppedScope[] = [];
  let isOutage = false;
  const tokens = requested.length > 0 ? requested : tokensWithoutScope(policy, facts, options);
  for (const token of tokens) {
    const named = namedMeanings(policy, token, firstParty);
    if (named.length === 0)
      dropped.push({ scope: forLog(token), why: unknownReason(policy, token) });
    for (const meaning of named) {
      if (seen.has(meaning.text)) continue;
      seen.add(meaning.text);
      const result = checkEligibility(meaning);
      if (result.kind === "offered")
        offered.set(meaning.text, { ...meaning, labels: result.labels });
      else {
        dropped.push({ scope: forLog(named.length === 1 ? token : meaning.text), why: result.why });
        isOutage ||= result.isOutage && isCovered(granted, meaning);
      }
      // a request without scope asked only for what it is offered
      if (result.kind === "offered" || requested.length > 0) asked.set(meaning.text, meaning);
    }
  }
  // a client that named no scope is not refused for a scope that it did not name
  const isStrict = options.ineligible === "refuse" && requested.length > 0;
  if (isOutage) return errorOffer("temporarily_unavailable", dropped);
  if (offered.size === 0 || (dropped.length > 0 && isStrict)) {
    return errorOffer("invalid_scope", dropped);
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

function errorOffer(error: ConsentError, dropped: readonly DroppedScope[]): Offer {
  return {
    scopes: [],
    dropped: dropped.slice(0, MAX_DROPPED),
    error,
    requested: undefined,
    asked: new Map(),
  };
}

/** Returns the tokens of a scope parameter: an empty list if it was not sent, `undefined` if it is malformed. */
function readRequested(scope: unknown): readonly string[] | undefined {
  return scope === undefined ? [] : readScopeTokens(scope);
}

/** Returns the tokens of the earlier grant as the grant spells them. A malformed grant has no tokens, as an access token with it would grant nothing. */
export function grantedTokens({ granted }: ConsentFacts): readonly string[] {
  return readGrantedTokens(granted) ?? [];
}

/** Returns all meanings of the earlier grant. */
export function grantedMeanings(policy: CompiledPolicy, facts: ConsentFacts): Meanings {
  return expandTokens(policy, grantedTokens(facts), isFirstParty(facts.client));
}

/** Returns the tokens that a request without scope asks for (RFC 6749, section 3.3). */
function tokensWithoutScope(
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

/** Returns a scope with one placeholder bound to each of the account's values, and a scope without placeholders unchanged. */
function bindingsOf(
  { template }: CompiledScope,
  resources: { readonly [param: string]: { readonly [value: string]: string } } = {},
): readonly string[] {
  if (template.names.length === 0) return [bindTemplate(template, [])];
  const [param, ...others] = template.names as readonly [string, ...string[]];
  // two placeholders would yield every pair of values, so a request has to name them
  const values = others.length === 0 && Object.hasOwn(resources, param) ? resources[param] : {};
  return Object.keys(values ?? {}).map((value) => bindTemplate(template, [value]));
}

function unknownReason(policy: CompiledPolicy, token: string): DroppedScope["why"] {
  if (hasPlaceholder(token)) return "unbound";
  return namedMeanings(policy, token, true).length > 0 ? "reserved" : "unknown";
}

type Eligibility =
  | { readonly kind: "offered"; readonly labels: readonly string[] }
  | { readonly kind: "dropped"; readonly why: DroppedScope["why"]; readonly isOutage: boolean };

/** Creates the check of what may be offered to this client for this account. */
function createEligibilityCheck(
  policy: CompiledPolicy,
  { client, account }: ConsentFacts,
): (meaning: Meaning) => Eligibility {
  const registered =
    client.scope === undefined
      ? undefined
      : createCeiling(policy, readScopeTokens(client.scope) ?? [], isFirstParty(client));
  const approval = createApproval(policy, client.approvedScopes);
  const ownershipOf = createOwnershipCheck(policy, account);
  const types = accountTypesOf(account);
  const dropped = (why: DroppedScope["why"], isOutage = false): Eligibility => ({
    kind: "dropped",
    why,
    isOutage,
  });
  return (meaning) => {
    if (registered?.covers(meaning) === false) return dropped("not_registered");
    if (!approval.covers(meaning)) return dropped("restricted");
    const ownership = ownershipOf(meaning);
    if (ownership.kind === "refused") return dropped(ownership.why, ownership.isOutage);
    const { accountTypes } = meaning.scope;
    if (
      accountTypes !== undefined &&
      types !== undefined &&
      !meetsTypeConditions([accountTypes], types)
    ) {
      return dropped("account_type");
    }
    return { kind: "offered", labels: ownership.labels };
  };
}
