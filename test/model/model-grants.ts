// A slow, small model, after the API document, of scopes that are compared, reduced, refreshed and registered. It shares no code with
// `src`.

import type { Definition } from "./model.js";
import { instancesOf, modelCeiling, modelMayHave } from "./model-consent.js";
import {
  canonical,
  modelCovering,
  modelMeanings,
  modelNamed,
  modelReached,
  placeholdersOf,
  scopeOptions,
} from "./model-scopes.js";

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
const means = (definition: Definition, token: string, firstParty: boolean): boolean =>
  modelMeanings(definition, [token], firstParty).length > 0;

/** Returns the meanings of tokens that some granted text does not cover, each with its text. */
function lacking(
  definition: Definition,
  granted: readonly string[],
  tokens: readonly string[],
  firstParty: boolean,
): string[] {
  const reached = modelReached(definition, tokens, firstParty);
  const open = reached.filter(
    ({ scope, values }) =>
      !modelCovering(definition, scope, values).some((text) => granted.includes(text)),
  );
  const texts = open.flatMap(({ text }) => text ?? []);
  return modelMeanings(definition, tokens, firstParty).filter((text) => texts.includes(text));
}

/** Returns whether every token of a wanted scope has a meaning, and the granted scope covers all of them. */
export function modelIncludes(
  definition: Definition,
  granted: readonly string[],
  wanted: readonly string[],
  firstParty: boolean,
): boolean {
  const all = modelMeanings(definition, granted, firstParty);
  return (
    wanted.every((token) => means(definition, token, firstParty)) &&
    lacking(definition, all, wanted, firstParty).length === 0
  );
}

/** Returns the texts of which no other one is a broader name, or implies or covers them. */
function modelLeast(definition: Definition, texts: readonly string[]): string[] {
  return texts.filter((text) => {
    const others = texts.filter((other) => other !== text);
    const implied = modelMeanings(definition, others, true);
    return lacking(definition, implied, [text], true).includes(text);
  });
}

/** Returns the smallest list of tokens with the same meanings. */
export function modelReduce(
  definition: Definition,
  tokens: readonly string[],
  firstParty: boolean,
): string[] {
  return modelLeast(definition, modelMeanings(definition, tokens, firstParty));
}

/** Returns what a granted scope lacks of a wanted one: the tokens without a meaning, and the smallest list of the others. */
export function modelMissing(
  definition: Definition,
  granted: readonly string[],
  wanted: readonly string[],
  firstParty: boolean,
): string[] {
  const strange = wanted.filter((token) => !means(definition, token, firstParty));
  const all = modelMeanings(definition, granted, firstParty);
  const open = lacking(definition, all, wanted, firstParty);
  return unique([...strange, ...modelLeast(definition, open)]);
}

/** Returns the scopes of a bundle and of the baseline, without templates, reserved and restricted ones, in declared order. */
export function modelBundle(definition: Definition, name: string): string[] {
  const bundle = definition.bundles?.[name] ?? [];
  const listed = (scope: string): boolean =>
    Array.isArray(bundle)
      ? bundle.map(canonical).includes(scope)
      : !(bundle.except ?? []).map(canonical).includes(scope);
  return Object.keys(definition.scopes)
    .map(canonical)
    .filter((scope) => {
      const { reserved, restricted } = scopeOptions(definition, scope);
      const isOpen = !reserved && !restricted && placeholdersOf(scope).length === 0;
      return isOpen && (listed(scope) || (definition.baseline ?? []).includes(scope));
    });
}

/** A request to refresh a grant. */
export interface ModelRefresh {
  readonly original: readonly string[];
  readonly requested: readonly string[] | undefined;
  readonly ceiling: readonly string[] | undefined;
  readonly approvedScopes: readonly string[] | undefined;
  /** What the grant meant when it was given. */
  readonly recorded: readonly string[] | undefined;
  readonly firstParty: boolean;
}

/**
 * Returns the tokens of a refreshed scope; `undefined` if the request is refused. A token stays where the client can have all that it
 * means; otherwise it is replaced by what the client can have of it.
 */
export function modelRefresh(definition: Definition, one: ModelRefresh): string[] | undefined {
  const { original, requested, ceiling, approvedScopes, recorded, firstParty } = one;
  if (requested?.length === 0) return undefined;
  const limit = ceiling && modelCeiling(definition, ceiling, firstParty);
  const before = recorded?.flatMap((token) => modelNamed(definition, token, firstParty));
  const mayStay = (text: string): boolean =>
    limit?.has(text) !== false &&
    before?.includes(text) !== false &&
    modelMayHave(definition, text, approvedScopes);
  // a granted scope that the policy no longer has is left out
  const known = (requested ?? original).filter(
    (token) => means(definition, token, firstParty) || !original.includes(token),
  );
  if (!modelIncludes(definition, original, known, firstParty)) return undefined;
  const tokens = known.flatMap((token) => {
    const all = modelMeanings(definition, [token], firstParty);
    const staying = all.filter(mayStay);
    const isKept = original.includes(token) && staying.length === all.length;
    return isKept ? [token] : modelLeast(definition, staying);
  });
  return tokens.length === 0 ? undefined : unique(tokens);
}

/** A request to register a client. */
export interface ModelRegistration {
  readonly wanted: readonly string[];
  readonly ceiling: readonly string[] | undefined;
  readonly approvedScopes: readonly string[] | undefined;
  readonly unknownScopes: "drop" | "refuse";
}

/** Returns what each entry of the ceiling covers, of the scopes that the client can have. */
function limitsOf(
  definition: Definition,
  { ceiling, approvedScopes }: ModelRegistration,
): Set<string>[] {
  const open = Object.keys(definition.scopes).filter(
    (scope) => scopeOptions(definition, scope).reserved !== true,
  );
  return (ceiling ?? open).map((entry) => {
    const limit = modelCeiling(definition, [entry], false);
    return new Set([...limit].filter((text) => modelMayHave(definition, text, approvedScopes)));
  });
}

/** Returns the names under which one token is registered: `undefined` if it is refused, an empty list for an unknown one. */
function registeredAs(
  definition: Definition,
  token: string,
  limits: readonly Set<string>[],
  unknownScopes: "drop" | "refuse",
): string[] | undefined {
  const instances = instancesOf(token);
  const isKnown = instances.some((text) => modelNamed(definition, text, true).length > 0);
  if (!isKnown) return unknownScopes === "refuse" ? undefined : [];
  const isCurrent = instances.every((text) => modelNamed(definition, text, false).includes(text));
  if (isCurrent) {
    // one entry of the ceiling has to cover a template with all of its values
    const isWithin = limits.some((limit) => instances.every((text) => limit.has(text)));
    return isWithin ? [token] : undefined;
  }
  const within = modelMeanings(definition, [token], false).filter((text) =>
    limits.some((limit) => limit.has(text)),
  );
  return within.length === 0 ? undefined : modelLeast(definition, within);
}

/**
 * Returns the registered tokens; `undefined` if the registration is refused. The model does not know what an older template is
 * replaced by.
 */
export function modelRegistration(
  definition: Definition,
  one: ModelRegistration,
): string[] | undefined {
  const limits = limitsOf(definition, one);
  const names = one.wanted.map((token) =>
    registeredAs(definition, token, limits, one.unknownScopes),
  );
  if (names.includes(undefined)) return undefined;
  const found = unique(names.flatMap((list) => list ?? []));
  if (found.length > 0) return found;
  // the client did not ask for the defaults: those that it cannot have are left out
  return unique(
    (definition.defaultScopes ?? []).flatMap(
      (token) => registeredAs(definition, token, limits, "drop") ?? [],
    ),
  );
}
