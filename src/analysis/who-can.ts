import type { AccessToken } from "../decision/access-token.js";
import { readClock } from "../decision/authentication.js";
import { FROM_CODE } from "../decision/decide.js";
import type { Policy } from "../decision/define-policy.js";
import { decideByOrigin, deciderOf } from "../decision/gate-decider.js";
import type { OperationName } from "../decision/operation-name.js";
import { branchOf } from "../decision/prepare.js";
import type { PreparedOperation } from "../decision/prepared.js";
import { bindTemplate } from "../grammar/template.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { isCovered, type Meaning, withImpliedMeanings } from "../policy/scope-meanings.js";
import { hasWeakerConditions } from "./condition-order.js";
import { createFreshWords } from "./fresh-words.js";
import { minimalItems } from "./minimal-items.js";
import { type AuthenticationClaims, meaningsOfWay, minimalTokens } from "./minimal-tokens.js";
import { haveSameRules, operationFor, paramsOf } from "./operation-branches.js";
import { branchArguments, type CallArguments, withWords } from "./sample-calls.js";
import { type Way, waysOf } from "./ways.js";

/** What a call needs in addition to scopes. A member is missing if there is no such condition. */
export interface AccessConditions {
  /** The operation is public: the call needs no token. */
  readonly anonymous?: true;
  /** Arguments that choose the branch, of an operation with cases. `{}` chooses `otherwise`. */
  readonly arguments?: CallArguments;
  /** The lowest tier. */
  readonly tier?: string;
  /** Lists of account types: the account must have a type of each. */
  readonly accountTypes?: readonly (readonly string[])[];
  /** The entitlements, all of which are required. */
  readonly entitlements?: readonly string[];
  /** The client must belong to the owner of the API, because a scope is reserved. */
  readonly firstParty?: true;
  /** Only clients that the server approved are granted a scope, because it is restricted. */
  readonly approved?: true;
  /** The boundaries, by the parameter whose value must be within them. */
  readonly within?: readonly { readonly boundary: string; readonly param: string }[];
  /** The authentication context classes, of which one is required. */
  readonly acr?: readonly string[];
  /** Maximum number of seconds since the authentication of the user. */
  readonly maxAge?: number;
}

/** The result of {@link whoCan}. */
export interface WhoCan {
  /**
   * The scopes with which an operation can be called, in declared order, each space-delimited. A placeholder has the name of the
   * operation's parameter that is its value. `""` for an operation that needs no scope. Empty if no token opens the operation.
   */
  readonly alternatives: readonly string[];
  /** For each of `alternatives`: what else a call needs. */
  readonly conditions: readonly AccessConditions[];
  /** A token that has only what the first alternative needs; `undefined` if there is none. `policy.decide` allows it, with `params`. */
  readonly witness: AccessToken | undefined;
  /** The arguments of the call that `witness` may make. */
  readonly params: CallArguments;
  /**
   * Whether `alternatives` is complete. If `false`, several patterns match the name and their alternatives have more than 1,024
   * combinations: only the first ones are compared and listed.
   */
  readonly exact: boolean;
}

/** Maximum number of ways to call one branch of an operation that are compared with each other. */
const MAX_COMPARED_WAYS = 1_024;

/**
 * Returns with which scopes, and under which conditions, an operation can be called, and a token that shows it.
 *
 * If the result is `exact`, a token opens the operation exactly if it covers one of the alternatives (`policy.covers`) and meets its
 * conditions, so scopes that imply an alternative are not listed. An alternative that needs all that another one needs is left out.
 *
 * No token opens an operation that the policy denies: then both lists are empty and `witness` is `undefined`.
 *
 * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for an operation that the policy does not declare, `ERR_POLICY_UNKNOWN`
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { whoCan } from "scope-policy/analysis";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   tiers: ["free", "pro"],
 *   scopes: { "orders:read": {}, "orders:export": { tier: "pro" } },
 *   tools: { export_orders: { allOf: ["orders:read", "orders:export"] } },
 * });
 * const { alternatives, conditions, witness } = whoCan(policy, "export_orders");
 * alternatives; // ["orders:read orders:export"]
 * conditions; // [{ tier: "pro" }]
 * witness; // { scope: "orders:read orders:export", tier: "pro" }
 * ```
 */
export function whoCan<Types extends PolicyTypes>(
  policy: Policy<Types>,
  operation: OperationName<Types>,
): WhoCan {
  const compiled = compiledPolicyOf(policy);
  const { now } = deciderOf(policy);
  const all = [...accessesOf(compiled, operationFor(policy, operation))];
  const shown = all.flatMap(({ tokens, params }) =>
    [...tokens(Math.floor(readClock(now)))].map((witness) => ({ witness, params })),
  );
  const confirmed = shown.find(
    ({ witness, params }) =>
      decideByOrigin(policy, witness, operation, params, { ...FROM_CODE, now: undefined }).allowed,
  );
  return {
    alternatives: all.map(({ scope }) => scope),
    conditions: all.map(({ conditions }) => conditions),
    witness: confirmed?.witness,
    params: confirmed?.params ?? {},
    exact: all.every(({ isCut }) => !isCut),
  };
}

/** A way to call an operation, with the calls and tokens that show it. */
interface FoundAccess {
  readonly scope: string;
  readonly conditions: AccessConditions;
  readonly params: CallArguments;
  /** Whether its branch has more ways than are compared. */
  readonly isCut: boolean;
  /** Returns the tokens that have only what the way needs, for the time of the clock. */
  readonly tokens: (now: number) => Iterable<AccessToken>;
}

/** Yields every way to call an operation, branch by branch. */
function* accessesOf(policy: CompiledPolicy, operation: PreparedOperation): Generator<FoundAccess> {
  const seen: PreparedOperation[] = [];
  const nextWord = createFreshWords(policy, "");
  for (const args of branchArguments([operation])) {
    const branch = branchOf(operation, args);
    if (seen.some((other) => haveSameRules(other, branch))) continue;
    seen.push(branch);
    const { authentication } = branch;
    if (authentication?.acr?.length === 0) continue;
    const params = withWords(args, paramsOf(branch), nextWord);
    const [ways, isCut] = firstOf(waysOf(branch), MAX_COMPARED_WAYS);
    for (const way of neededWays(policy, ways, params)) {
      yield {
        scope: scopeWithNames(meaningsOfWay(policy, way, params), params, args),
        conditions: {
          ...(branch.public && { anonymous: true }),
          ...(branch !== operation && { arguments: args }),
          ...conditionsOf(policy, way),
          ...(authentication?.acr !== undefined && { acr: authentication.acr }),
          ...(authentication?.maxAge !== undefined && { maxAge: authentication.maxAge }),
        },
        params,
        isCut,
        tokens: (now) => minimalTokens(policy, way, params, claimsAt(branch, now)),
      };
    }
  }
}

/** Returns the first items, and whether there are more. */
function firstOf<Item>(
  items: Iterable<Item>,
  most: number,
): readonly [items: readonly Item[], isCut: boolean] {
  const first: Item[] = [];
  for (const item of items) {
    if (first.length === most) return [first, true];
    first.push(item);
  }
  return [first, false];
}

function conditionsOf(policy: CompiledPolicy, way: Way): AccessConditions {
  const tier = policy.tiers[way.tier];
  const within = way.within.map(({ boundary, param }) => ({ boundary: boundary.name, param }));
  return {
    ...(tier !== undefined && { tier }),
    ...(way.typeConditions.length > 0 && { accountTypes: way.typeConditions }),
    ...(way.entitlements.length > 0 && { entitlements: way.entitlements }),
    ...(way.reserved && { firstParty: true }),
    ...(way.restricted && { approved: true }),
    ...(within.length > 0 && { within }),
  };
}

/** Returns the claims of a user who has just authenticated. */
function claimsAt({ authentication }: PreparedOperation, now: number): AuthenticationClaims {
  const [acr] = authentication?.acr ?? [];
  return {
    ...(acr !== undefined && { acr }),
    ...(authentication?.maxAge !== undefined && { auth_time: now }),
  };
}

/** Returns the scope of meanings, with the name of the parameter in place of each value that does not choose the branch. */
function scopeWithNames(
  meanings: readonly Meaning[],
  params: CallArguments,
  chosen: CallArguments,
): string {
  const words = Object.entries(params).filter(([name]) => !Object.hasOwn(chosen, name));
  const names = new Map(words.map(([name, word]) => [word, `{${name}}`]));
  return meanings
    .map(({ scope, values }) =>
      bindTemplate(
        scope.template,
        values.map((value) => names.get(value) ?? value),
      ),
    )
    .join(" ");
}

/** Returns the ways of one branch without those that need all that another way needs. */
function neededWays(
  policy: CompiledPolicy,
  ways: readonly Way[],
  params: CallArguments,
): readonly Way[] {
  const all = ways.map((way) => {
    const needed = meaningsOfWay(policy, way, params);
    return { way, needed, granted: withImpliedMeanings(policy, needed) };
  });
  // all ways have the boundaries of the branch, and only a reserved or restricted scope covers another such scope
  const needed = minimalItems(
    all,
    (less, more) =>
      less.needed.every((meaning) => isCovered(more.granted, meaning)) &&
      hasWeakerConditions(less.way, more.way),
  );
  return needed.map(({ way }) => way);
}
