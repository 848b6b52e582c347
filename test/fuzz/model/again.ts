// Cases for caches: the same tokens and calls many times in changing order, by equal and different objects and texts, with values that
// are used again, under small policies and under those with more than 64 and 1,024 scopes.

import { createAuthorizer } from "scope-policy";
import { KEEP_EACH } from "../../../src/decision/token-scopes-reader.js";
import { drawAimed, drawNames } from "../../model/aim.js";
import { type Claims, drawCase, drawToken } from "../../model/arbitrary-request.js";
import type { Draw } from "../../model/draw.js";
import {
  type Definition,
  type ModelDecision,
  modelDecide,
  modelOperation,
  type Rule,
} from "../../model/model.js";
import { comparedTo, type load } from "../../model/observe.js";
import type { FuzzCase, Pair, Question } from "./case.js";

/** How a token is passed: a form of the object and of its scope. */
const FORMS = [
  "same",
  "same",
  "copy",
  "text",
  "rope",
  "list",
  "frozen",
  "live",
  "swapped",
  "own",
] as const;
type Form = (typeof FORMS)[number];

export interface Again {
  /** The number of the token in the case. */
  readonly at: number;
  readonly form: Form;
  readonly token: Claims;
  readonly name: string;
  readonly params: unknown;
}

const listOf = ({ scope }: Claims): string[] =>
  typeof scope === "string" ? scope.split(" ").filter(Boolean) : [...scope];

/** Returns a new text with the same characters. */
const freshText = (text: string): string => text.split("").join("");

/**
 * Creates the function that returns the object for a token. `same` has one for each token; `live` and `swapped` have one for all, the
 * members of which change, the list or the text of the scope too.
 */
function createTokens() {
  const objects = new Map<number, Claims>();
  const live: { scope: string[] } & Record<string, unknown> = { scope: [] };
  const swapped: Record<string, unknown> = {};
  const forms: Readonly<Record<Exclude<Form, "own">, (token: Claims, at: number) => object>> = {
    same: (token, at) => {
      const known = objects.get(at) ?? { ...token };
      objects.set(at, known);
      return known;
    },
    copy: (token) => ({ ...token }),
    text: (token) => ({ ...token, scope: freshText(listOf(token).join(" ")) }),
    rope: (token) => ({
      ...token,
      scope: listOf(token).reduce((text, one) => (text === "" ? one : `${text} ${one}`), ""),
    }),
    list: (token) => ({ ...token, scope: listOf(token).map(freshText) }),
    frozen: (token) => Object.freeze({ ...token, scope: Object.freeze(listOf(token)) }),
    live: (token) => {
      for (const key of Object.keys(live)) if (key !== "scope") delete live[key];
      live.scope.splice(0, live.scope.length, ...listOf(token));
      return Object.assign(live, { ...token, scope: live.scope });
    },
    swapped: (token) => {
      for (const key of Object.keys(swapped)) delete swapped[key];
      return Object.assign(swapped, token, { scope: listOf(token).join(" ") });
    },
  };
  return (form: Exclude<Form, "own">, token: Claims, at: number) => forms[form](token, at);
}

/** Creates a function that asks one policy, each time with the token in its form; `own` is a copy here. */
export function createAsker(policy: ReturnType<typeof load>) {
  const tokenFor = createTokens();
  return ({ at, form, token, name, params }: Again) =>
    policy.decideUntrusted(tokenFor(form === "own" ? "copy" : form, token, at), name, params);
}

const TRUSTED = ["tier", "account_type", "entitlements", "first_party"] as const;

/** Creates the question of one case: what it remembers is forgotten with the case. */
export function createAgain(policy: ReturnType<typeof load>, definition: Definition) {
  const tokenFor = createTokens();
  const own = new Map<number, object | undefined>();
  const known = new Map<object, Map<string, ModelDecision>>();
  const names = new Map<unknown, number>();
  const numberOf = (value: unknown): number => {
    const number = names.get(value) ?? names.size;
    names.set(value, number);
    return number;
  };
  /** The model is slow, and what it decides depends on its arguments alone. */
  const decide = (key: object, token: unknown, name: string, params: unknown): ModelDecision => {
    const calls = known.get(key) ?? new Map<string, ModelDecision>();
    known.set(key, calls);
    const call = `${name} ${numberOf(params)}`;
    const model = calls.get(call) ?? modelDecide(definition, token, name, params);
    calls.set(call, model);
    return model;
  };
  /** Returns the token that an authorizer makes of claims; `undefined` if it refuses them. */
  const ownToken = async (token: Claims, at: number): Promise<object | undefined> => {
    if (own.has(at)) return own.get(at);
    const verify = () => token as never;
    const authorizer = createAuthorizer({
      policy,
      verify,
      trustClaims: TRUSTED,
      onRejected: () => undefined,
    });
    const result = await authorizer.authenticate("Bearer token");
    const made = result.kind === "authenticated" ? result.token : undefined;
    own.set(at, made);
    return made;
  };
  return async ({ at, form, token, name, params }: Again): Promise<Pair> => {
    const made = form === "own" ? await ownToken(token, at) : undefined;
    const given = made ?? tokenFor(form === "own" ? "copy" : form, token, at);
    const model = decide(made ?? token, made ?? token, name, params);
    // what every second token means is kept with it by then
    if (at % 2 === 1)
      for (let call = 0; call < KEEP_EACH; call += 1) policy.decideUntrusted(given, name, params);
    const real = policy.decideUntrusted(given, name, params);
    const points = () => [`again as ${form}: ${model.allowed ? "allowed" : "denied"}`];
    return { library: comparedTo(model, real), model, points };
  };
}

const SIZES = [3, 31, 32, 33, 62, 66, 130, 1_022, 1_026, 1_100];
const PLACES = ["a", "b", "a.b", "7"];

/** Draws a policy with a number of scopes, of which some imply others, are templates, reserved, or have an older name. */
function drawLarge(draw: Draw): Definition {
  const size = draw.pick(SIZES);
  const step = 2 + draw.int(5);
  const name = (index: number) => `s${String(index).padStart(4, "0")}:read`;
  const scopes = Array.from({ length: size }, (_, index): [string, object] => {
    if (index % 16 === 5) return [`/t${index}/{id}/read`, {}];
    const implied = index + step;
    const isReserved = index % 32 === 9;
    const isFree = implied < size && implied % 16 !== 5 && implied % 32 !== 9;
    return [
      name(index),
      {
        ...(index % 8 === 1 && isFree ? { implies: [name(implied)] } : {}),
        ...(isReserved ? { reserved: true } : {}),
        ...(index % 8 === 3 ? { replaces: [`o${String(index).padStart(4, "0")}:read`] } : {}),
      },
    ];
  });
  const keys = scopes.map(([key]) => key);
  // the scopes at the ends of words, and some others
  const used = [
    0,
    1,
    30,
    31,
    32,
    33,
    63,
    64,
    65,
    1_023,
    1_024,
    1_025,
    size - 1,
    ...Array.from({ length: 8 }, () => draw.int(size - 1)),
  ];
  const targets = [...new Set(used)].filter((index) => index < size);
  const rules = targets.flatMap((index): [string, Rule][] => {
    const other = keys[draw.int(size - 1)] as string;
    const own = keys[index] as string;
    return [
      [`one_${index}`, own],
      ...(other === own ? [] : [[`all_${index}`, { allOf: [own, other] }] as [string, Rule]]),
    ];
  });
  const templates = keys.filter((key) => key.startsWith("/"));
  return {
    name: "Large",
    version: "1",
    scopes: Object.fromEntries(scopes),
    tools: Object.fromEntries([
      ...rules,
      ...templates.slice(0, 3).map((key, at) => [`bound_${at}`, key] as [string, Rule]),
    ]),
  };
}

/** Draws names of tools, half of them of scopes of the last words. */
function drawLargeNames(draw: Draw, { tools = {}, scopes }: Definition): string[] {
  const names = Object.keys(tools);
  const least = Object.keys(scopes).length > 1_024 ? 1_024 : 62;
  const late = names.filter((name) => Number(name.split("_")[1]) >= least);
  return [...draw.few(late.length > 0 ? late : names, 4), ...draw.few(names, 4)];
}

/** Draws tokens of a large policy: what these tools need, of equal length, and each other with one character or one token changed. */
function drawLargeTokens(draw: Draw, definition: Definition, names: readonly string[]): Claims[] {
  const rules = names.map((name) => definition.tools?.[name] ?? "");
  const needed = rules.flatMap((rule) =>
    typeof rule === "string" ? [rule] : ((rule.allOf ?? []) as string[]),
  );
  const scopes = Object.keys(definition.scopes);
  const bind = (scope: string) => scope.replace("{id}", draw.pick(PLACES));
  const first = [...draw.few(needed, 4), ...draw.few(scopes, 4)].map(bind);
  const changed = (list: readonly string[]): string[] => {
    const at = draw.int(list.length - 1);
    const swap = (text: string) =>
      draw.pick([
        text.replace(/^s/, "o"),
        text.replace(/\d(?=\D*$)/, String(draw.int(9))),
        bind(draw.pick(needed)),
      ]);
    return list.map((text, index) => (index === at ? swap(text) : text));
  };
  const lists = [
    first,
    changed(first),
    changed(first),
    [...first].reverse(),
    first.slice(1),
    changed(draw.few(needed, 6).map(bind)),
  ];
  return lists.map((scope) => ({
    scope: draw.chance(50) ? scope : scope.join(" "),
    ...(draw.chance(30) ? { first_party: true } : {}),
  }));
}

function drawParts(draw: Draw): {
  definition: Definition;
  tokens: Claims[];
  names: string[];
  params: unknown[];
} {
  if (draw.chance(25)) {
    const definition = drawLarge(draw);
    const names = drawLargeNames(draw, definition);
    return {
      definition,
      tokens: drawLargeTokens(draw, definition, names),
      names,
      params: PLACES.slice(0, 3).map((id) => ({ id })),
    };
  }
  const { definition, params } = drawCase(draw, {
    patterns: 20,
    closed: true,
    cases: 15,
    ruled: true,
  });
  const names = draw.few(drawNames(draw, definition), 6);
  const aimed = names.map((name) => {
    const decide = (claims: Claims) => modelDecide(definition, claims, name, params);
    return drawAimed(draw, definition, params, decide, modelOperation(definition, name, params));
  });
  const twins = aimed.map((token): Claims => {
    const text = listOf(token).join(" ");
    const at = draw.int(text.length);
    const twin = text.slice(0, at) + draw.pick(["a", "b", "x", "r"]) + text.slice(at + 1);
    return { ...token, scope: draw.chance(50) ? twin : twin.split(" ") };
  });
  const others = [
    params,
    {
      accountID: "a",
      platformAccountID: "b",
      orgID: "a",
      projectID: "a",
      pathID: "a/b",
      imageID: "a",
    },
  ];
  return {
    definition,
    tokens: [...aimed, ...twins, drawToken(draw, definition)],
    names,
    params: others,
  };
}

/** Draws calls that come back again and again, in changing order. */
export function drawAgain(draw: Draw): FuzzCase {
  const { definition, tokens, names, params } = drawParts(draw);
  const calls = Array.from({ length: 60 }, (): Question => {
    const at = draw.int(tokens.length - 1);
    const args = {
      at,
      form: draw.pick(FORMS),
      token: tokens[at],
      name: draw.pick(names),
      params: draw.pick(params),
    };
    return { ask: "again", args };
  });
  return { definition, questions: [...calls, ...calls.slice(0, 30).reverse()] };
}
