import { randomBytes } from "node:crypto";
import { groupBy } from "../../grammar/entry-of.js";
import { bindTemplate } from "../../grammar/template.js";
import {
  branchesOf,
  type CompiledPolicy,
  isHardDenial,
  type Operation,
  type Rule,
  type When,
} from "../../policy/compiled-policy.js";
import { expandTokens, isCovered, namedMeanings } from "../../policy/scope-meanings.js";
import { plainWords, type Word } from "../describe-rule.js";
import { pathParamsOf } from "./operation-identity.js";

/** Two rules of one endpoint that differ in their scopes, in words. */
export interface RuleDifference {
  readonly policy: readonly Word[];
  readonly source: readonly Word[];
}

/** Sets of scope tokens, of which one is enough. Empty for a denial. */
type Alternatives = readonly (readonly string[])[];

/**
 * Compares the rule that a document gives with that of the policy: whether the endpoint is public, and which sets of scopes open it.
 * The policy decides what scopes imply, cover and replace. Conditions, such as a tier, and scopes for additional detail are not
 * compared, because a document has no words for them, and for the same reason a denial in the policy never differs. If only one of
 * the rules has cases, its branches count as alternatives.
 */
export function compareRules(
  policy: CompiledPolicy,
  own: Operation,
  given: Operation,
): RuleDifference | undefined {
  if (isHardDenial(own) || isSameRule(policy, own, given)) return undefined;
  return { policy: ruleWords(own), source: ruleWords(given) };
}

function isSameRule(policy: CompiledPolicy, own: Operation, given: Operation): boolean {
  if (own.public !== given.public) return false;
  const branches = own.cases.length > 0 && given.cases.length > 0 ? eachBranch : allBranches;
  const left = branches(own);
  const right = branches(given);
  return (
    left.length === right.length &&
    left.every(({ when, accepted }, index) => {
      const other = right[index];
      return other?.when === when && isSameAccess(policy, accepted, other.accepted);
    })
  );
}

/** The sets of scopes that open a branch. */
interface BranchAccess {
  /** The condition as text; empty for `otherwise`, and for all branches together. */
  readonly when: string;
  readonly accepted: Alternatives;
}

function allBranches(operation: Operation): readonly BranchAccess[] {
  return [{ when: "", accepted: branchesOf(operation).flatMap(alternativesOf) }];
}

function eachBranch(operation: Operation): readonly BranchAccess[] {
  return [
    ...operation.cases.map(({ when, branch }) => ({
      when: conditionKey(when),
      accepted: alternativesOf(branch),
    })),
    { when: "", accepted: alternativesOf(operation) },
  ];
}

/** Returns a text that is equal for conditions that the same calls meet, whatever their order. */
function conditionKey(when: When): string {
  return when
    .map(([argument, values]) => {
      const texts = [...values].map((value) => JSON.stringify(value));
      return `${argument}: ${texts.sort().join(" or ")}`;
    })
    .sort()
    .join(", ");
}

/** A random value does not occur in the name of a scope. Each form of a scope accepts letters and digits. */
const PROBE = `p${randomBytes(8).toString("hex")}`;

/** Returns the alternatives of an operation as scope tokens, with a value for each parameter: one in the path counts by its place. */
function alternativesOf({ name, rules }: Operation): Alternatives {
  const inPath = pathParamsOf(name);
  const probeOf = ({ params }: Rule, place: number) => {
    const param = params[place]?.name as string;
    const at = inPath.indexOf(param);
    return PROBE + (at < 0 ? Buffer.from(param).toString("hex") : `at${at}`);
  };
  return rules.flatMap((rule) =>
    rule.alternatives.map(({ uses }) =>
      uses.map(({ scope, params }) =>
        bindTemplate(
          scope.template,
          params.map((place) => probeOf(rule, place)),
        ),
      ),
    ),
  );
}

/** Returns whether the same tokens meet both. */
function isSameAccess(policy: CompiledPolicy, one: Alternatives, other: Alternatives): boolean {
  return isWithin(policy, one, other) && isWithin(policy, other, one);
}

/** Returns whether each token that meets one of the first alternatives meets one of the others. */
function isWithin(policy: CompiledPolicy, narrow: Alternatives, wide: Alternatives): boolean {
  return narrow.every((tokens) => {
    const granted = new Set([...tokens, ...expandTokens(policy, tokens, true).keys()]);
    return wide.some((wanted) => wanted.every((token) => hasToken(policy, granted, token)));
  });
}

function hasToken(policy: CompiledPolicy, granted: ReadonlySet<string>, token: string): boolean {
  if (granted.has(token)) return true;
  const named = namedMeanings(policy, token, true);
  return named.length > 0 && named.every((meaning) => isCovered(granted, meaning));
}

/** Maximum number of alternatives, and of scopes in each, that a difference names. */
const MAX_SHOWN = 5;

/** Returns which tokens a rule accepts: `orders:read and mcp, or admin`. */
function ruleWords(operation: Operation): readonly Word[] {
  if (operation.public) return [{ text: "no token" }];
  const accepted = branchesOf(operation)
    .flatMap(({ rules }) => rules)
    .flatMap(({ alternatives }) => alternatives)
    .map(({ uses }) =>
      joined(
        uses.map(({ scope }) => [{ scope: scope.name }]),
        " and ",
      ),
    );
  // branches repeat alternatives
  const different = [...groupBy(accepted, plainWords).values()].flatMap((group) =>
    group.slice(0, 1),
  );
  if (different.length === 0) return [{ text: "a denial" }];
  return joined(
    different.map((words) => (words.length === 0 ? [{ text: "any token" }] : words)),
    ", or ",
  );
}

/** Returns lists of words with a text between each two. The lists after the first ones are only counted. */
function joined(lists: readonly (readonly Word[])[], between: string): readonly Word[] {
  const more = lists.length - MAX_SHOWN;
  const shown: readonly (readonly Word[])[] =
    more > 0 ? [...lists.slice(0, MAX_SHOWN), [{ text: `${more} more` }]] : lists;
  return shown.flatMap((words, index) => (index === 0 ? words : [{ text: between }, ...words]));
}
