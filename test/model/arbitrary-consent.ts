// Random requests for consent: the facts of a client, an account and an earlier grant, and the choices of a user.

import type { ConsentFacts, ConsentOptions, RefusedScope } from "scope-policy";
import { drawPolicy, withoutOperations } from "./arbitrary-policy.js";
import { drawApproved, drawBound, VALUES } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import type { Definition } from "./model.js";
import { modelMeanings, placeholdersOf, scopeOptions } from "./model-scopes.js";

export const NOW = 1_000;

export interface Round {
  readonly definition: Definition;
  readonly facts: ConsentFacts;
  readonly options: ConsentOptions;
  /** The boxes that the user checks, by the number of the row. */
  readonly boxes: readonly boolean[];
}

/** Returns the names of scopes in tokens: declared ones and older ones. */
function namesOf(definition: Definition): string[] {
  const scopes = Object.keys(definition.scopes);
  return [...scopes, ...scopes.flatMap((scope) => scopeOptions(definition, scope).replaces ?? [])];
}

export function drawTokens(draw: Draw, definition: Definition, percent: number): string[] {
  const values = draw.pick([["a"], ["a", "b"], VALUES]);
  const known = draw
    .some(namesOf(definition), percent)
    .map((name) => drawBound(draw, name, values));
  return [...new Set(draw.chance(15) ? [...known, "nope:x"] : known)];
}

/** Returns a scope as a text or a list. */
const spelt = (draw: Draw, tokens: string[]): string | string[] =>
  draw.chance(50) ? tokens.join(" ") : tokens;

/** Results of the `owns` callback, by its arguments. */
function drawOwns(draw: Draw): NonNullable<ConsentFacts["account"]>["owns"] {
  const all: readonly unknown[] = ["Bakery"];
  const some: readonly unknown[] = [
    "Bakery",
    "Bakery",
    "Cafe",
    undefined,
    "",
    7,
    new Error("down"),
  ];
  const answers = draw.chance(40) ? all : draw.shuffle(some);
  return (template, values) => {
    const text = template + Object.values(values).join(" ");
    const sum = [...text].reduce((total, character) => total + character.charCodeAt(0), 0);
    const answer = answers[sum % answers.length];
    if (answer instanceof Error) throw answer;
    return answer as string | undefined;
  };
}

function drawAccount(draw: Draw, definition: Definition): ConsentFacts["account"] {
  const { tiers = [], accountTypes = [] } = definition;
  const names = [...new Set(Object.keys(definition.scopes).flatMap(placeholdersOf))];
  const owned = (): Record<string, string> =>
    Object.fromEntries(draw.some([...new Set(VALUES)], 60).map((value) => [value, `My ${value}`]));
  const owns = drawOwns(draw);
  return {
    ...(draw.chance(60) && tiers.length > 0 ? { tier: draw.pick(tiers) } : {}),
    ...(draw.chance(60) && accountTypes.length > 0
      ? { account_type: draw.chance(30) ? draw.few(accountTypes, 2) : draw.pick(accountTypes) }
      : {}),
    ...(draw.chance(80)
      ? { resources: Object.fromEntries(names.map((name) => [name, owned()])) }
      : {}),
    ...(draw.chance(60) && owns !== undefined ? { owns } : {}),
  };
}

/** Draws the registered scope of a client: declared and older names, bound or as templates. */
export function drawCeiling(draw: Draw, definition: Definition): string[] {
  const names = draw.some(namesOf(definition), draw.pick([40, 70, 100]));
  const listed = names.map((name) => (draw.chance(60) ? name : drawBound(draw, name)));
  return [...new Set(draw.chance(10) ? [...listed, "nope:x"] : listed)];
}

function drawRefused(draw: Draw, definition: Definition): RefusedScope[] {
  return drawTokens(draw, definition, 25).map((scope) => ({
    scope,
    ...draw.pick<{ until?: number }>([{ until: NOW + 5 }, { until: NOW }, {}]),
  }));
}

/** Draws the earlier grant: often a part of the request, a part of its meanings, or more than the request. */
function drawGranted(draw: Draw, definition: Definition, requested: string[]): string[] {
  const known = [...requested, ...modelMeanings(definition, requested, true)];
  const near = draw.some([...new Set(known)], draw.pick([30, 60, 100]));
  const more = draw.chance(50) ? drawTokens(draw, definition, 20) : [];
  const odd = draw.chance(4) ? ["/accounts/{accountID}/"] : [];
  return [...new Set([...near, ...more, ...odd])];
}

/** Draws values of boundaries with their labels. */
function drawBoundaryLabels(draw: Draw): Record<string, Record<string, string>> {
  const labels = () =>
    Object.fromEntries(
      draw.some(["a", "b", "7", "A"], 60).map((value) => [value, `Label ${value}`]),
    );
  return { project: labels(), ...(draw.chance(70) ? { region: labels() } : {}) };
}

/** Draws values of boundaries that a client has. */
function drawBoundaryValues(draw: Draw): Record<string, string[]> {
  const values = () => draw.some(["a", "b", "gone"], 60);
  return { project: values(), ...(draw.chance(50) ? { region: values() } : {}) };
}

/** Draws a round under a policy with operations and boundaries. */
export function drawBoundaryRound(draw: Draw): Round {
  const round = drawRound(draw, drawPolicy(draw.part(1750), { closed: true, patterns: 20 }));
  const boundaries = draw.chance(90) ? drawBoundaryLabels(draw) : undefined;
  const grantedBoundaries = draw.chance(50) ? drawBoundaryValues(draw) : undefined;
  return {
    ...round,
    facts: {
      ...round.facts,
      account: { ...round.facts.account, ...(boundaries && { boundaries }) },
      ...(grantedBoundaries && { grantedBoundaries }),
    },
  };
}

export function drawRound(
  draw: Draw,
  definition = withoutOperations(drawPolicy(draw.part(1750))),
): Round {
  const requested = draw.chance(8) ? [] : drawTokens(draw, definition, draw.pick([40, 60, 20]));
  const granted = draw.chance(25) ? undefined : drawGranted(draw, definition, requested);
  const ceiling = draw.chance(45) ? drawCeiling(draw, definition) : undefined;
  const facts: ConsentFacts = {
    client: {
      client_id: "app-1",
      redirect_uri: "https://app.example/cb",
      ...(ceiling && { scope: ceiling.join(" ") }),
      ...(draw.chance(25) ? { firstParty: true } : {}),
      ...(draw.chance(50) ? { approvedScopes: drawApproved(draw, definition) as string[] } : {}),
      ...(draw.chance(20) ? { requiredScopes: drawTokens(draw, definition, 10) } : {}),
    },
    requested: spelt(draw, requested),
    ...(granted && { granted: spelt(draw, granted) }),
    ...draw.pick([{ grantedPolicyVersion: "1" }, { grantedPolicyVersion: "0" }, {}]),
    refused: draw.chance(50) ? drawRefused(draw, definition) : [],
    account: drawAccount(draw, definition),
    now: NOW,
  };
  const options: ConsentOptions = {
    whenNoScope: draw.pick(["defaults", "catalogue", "fail"]),
    prechecked: draw.pick(["policy", "never"]),
    tierLocked: draw.pick(["selectable", "locked"]),
    ineligible: draw.chance(15) ? "refuse" : "drop",
    rememberRefusals: 60,
  };
  const density = draw.pick([50, 100, 80, 30]);
  return {
    definition,
    facts,
    options,
    boxes: Array.from({ length: 60 }, () => draw.chance(density)),
  };
}
