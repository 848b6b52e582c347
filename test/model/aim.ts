// Tokens that are aimed at a call: they often allow it, by broader, older and other names of what it needs, or nearly allow it.

import { ENTITLEMENTS } from "./arbitrary-policy.js";
import type { Claims } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import {
  type Definition,
  isPattern,
  MODEL_NOW,
  type ModelDecision,
  type ModelOperation,
  optionsOf,
} from "./model.js";
import {
  modelBind,
  modelCovering,
  modelCovers,
  modelValues,
  placeholdersOf,
  scopeOptions,
} from "./model-scopes.js";

const NEAR: readonly ((text: string) => string)[] = [
  (text) => `${text}x`,
  (text) => text.slice(0, -1),
  (text) => text.replace(/[a-z]$/, ""),
  (text) => text.replace("/a", "/b"),
  (text) => text.toUpperCase(),
];

/** Returns names in a token that mean a scope-token: those that cover it first, then itself and older names. */
function namesFor(definition: Definition, text: string): string[] {
  return Object.keys(definition.scopes).flatMap((scope) => {
    const { match, replaces = [] } = scopeOptions(definition, scope);
    if (modelCovers(match, scope, text)) return [scope];
    const values = modelValues(definition, scope, text);
    if (values === undefined) return [];
    const broader = modelCovering(definition, scope, values).reverse();
    const several = match === "smart" ? broader.map((one) => one.replace(/\.[rs]$/, ".rs")) : [];
    const own = Object.values(values);
    const older = replaces.flatMap((name) => {
      const places = placeholdersOf(name).map((param, at) => [
        param,
        values[param] ?? own[at] ?? "a",
      ]);
      return modelBind(name, Object.fromEntries(places) as Record<string, string>);
    });
    return [...broader, ...several, ...older];
  });
}

/** Returns every fact that any policy of the model asks for, and lists with every value of a call. */
function allFacts({ tiers = [], accountTypes = [], boundaries }: Definition, params: unknown) {
  const values = Object.values(params ?? {}).map(String);
  const inside = values.filter((value) => value !== "").slice(0, 50);
  return {
    tier: tiers.at(-1),
    account_type: accountTypes,
    entitlements: ENTITLEMENTS,
    acr: "mfa",
    auth_time: MODEL_NOW - 10,
    ...(boundaries && { boundaries: { project: inside, region: inside } }),
  };
}

/** Changes of facts, and for which operations they matter. */
const LOSSES: readonly (readonly [Partial<Claims>, (operation: ModelOperation) => boolean])[] = [
  [{ tier: "free" }, ({ alternatives }) => alternatives.some(({ tier }) => tier > 0)],
  [
    { account_type: ["x"] },
    ({ alternatives }) => alternatives.some(({ types }) => types.length > 0),
  ],
  [
    { account_type: "mentor" },
    ({ alternatives }) => alternatives.some(({ types }) => types.length > 0),
  ],
  [
    { entitlements: [] },
    ({ alternatives }) => alternatives.some(({ entitlements }) => entitlements.length > 0),
  ],
  [
    { entitlements: ["x"] },
    ({ alternatives }) => alternatives.some(({ entitlements }) => entitlements.length > 0),
  ],
  [{ acr: "other" }, ({ rules }) => rules.some(({ acr }) => acr !== undefined)],
  [
    { auth_time: MODEL_NOW - 1_000 },
    ({ rules }) => rules.some(({ maxAge }) => maxAge !== undefined),
  ],
  [
    { boundaries: { project: ["a", "b", "7"] } },
    ({ rules }) => rules.some(({ within }) => within?.["region"] !== undefined),
  ],
  [{ boundaries: {} }, ({ rules }) => rules.some(({ within }) => within !== undefined)],
  [
    { boundaries: { project: ["a"], region: [] } },
    ({ rules }) => rules.some(({ within }) => within !== undefined),
  ],
  [{ boundaries: { region: 7 } }, ({ rules }) => rules.some(({ within }) => within !== undefined)],
];

/**
 * Draws a token for a call.
 *
 * @param decide - returns the decision on the call with a token, which names what is missing
 * @param operation - the called operation; some tokens lack a fact that it asks for
 */
export function drawAimed(
  draw: Draw,
  definition: Definition,
  params: unknown,
  decide: (token: Claims) => ModelDecision,
  operation?: ModelOperation,
): Claims {
  const facts: Omit<Claims, "scope"> = {
    ...allFacts(definition, params),
    ...(draw.chance(65) ? { first_party: true } : {}),
    ...(draw.chance(80) ? { approvedScopes: Object.keys(definition.scopes) } : {}),
  };
  const { scopes = [] } = decide({ scope: [], ...facts });
  const losses = LOSSES.filter(([, matters]) => operation !== undefined && matters(operation));
  const [loss] = losses.length > 0 && draw.chance(45) ? draw.pick(losses) : [{}];
  const isNear = draw.chance(15);
  const scope = scopes.map((text) => {
    const names = namesFor(definition, text);
    const name = draw.pick(names.length > 0 ? names : [text]);
    return isNear ? draw.pick(NEAR)(name) : name;
  });
  return { scope: scope.filter((text) => text !== "" && !text.includes("{")), ...facts, ...loss };
}

/** Draws names that have a decision: each exact one that needs a token, some of the others, and one that only patterns match. */
export function drawNames(draw: Draw, { tools, endpoints }: Definition): string[] {
  const exact = Object.entries({ ...tools, ...endpoints }).filter(([name]) => !isPattern(name));
  const chosen = exact.filter(([, rule]) => {
    const { deny, public: isPublic } = optionsOf(rule);
    return (deny === undefined && !isPublic) || draw.chance(30);
  });
  return [...chosen.map(([name]) => name), "list_things"];
}
