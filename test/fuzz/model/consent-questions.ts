// Consent: what is offered, and what a choice of the user grants, removes and remembers.

import {
  type ConsentFacts,
  type ConsentOptions,
  type ConsentScreen,
  consentScreen,
  resolveConsent,
} from "scope-policy";
import { rowsOf } from "../../consent/facts.js";
import { NOW } from "../../model/arbitrary-consent.js";
import type { Definition } from "../../model/model.js";
import {
  modelNeededBoundaries,
  modelOfferedValues,
  modelRemovedValues,
} from "../../model/model-boundaries.js";
import { grantOf, modelOffer, tokensOf } from "../../model/model-consent.js";
import { modelMeanings, modelNamed } from "../../model/model-scopes.js";
import type { load } from "../../model/observe.js";
import type { Pair } from "./case.js";

type Chosen = Readonly<Record<string, readonly string[]>>;

interface Consent {
  readonly facts: ConsentFacts;
  readonly options: ConsentOptions;
}
interface Answerers {
  readonly policy: ReturnType<typeof load>;
  readonly definition: Definition;
}

/** Returns the scopes that a choice grants: those chosen or locked, and the shown ones that these imply. */
function modelChosen(
  definition: Definition,
  screen: ConsentScreen,
  chosen: readonly string[],
  firstParty: boolean,
): string[] {
  const rows = rowsOf(screen);
  const isOwn = ({ locked, checked, state }: (typeof rows)[number]) =>
    locked && checked && state !== "implied";
  const picked = [...chosen, ...rows.filter(isOwn).map(({ scope }) => scope)];
  const implied = modelMeanings(definition, picked, firstParty);
  return rows.map(({ scope }) => scope).filter((scope) => implied.includes(scope));
}

/** Returns the refusals to keep: earlier ones that still count and the rows that were not chosen, without granted ones. */
function modelRefused(
  definition: Definition,
  { facts, options }: Consent,
  screen: ConsentScreen,
  granted: readonly string[],
) {
  const firstParty = facts.client.firstParty === true;
  const kept = new Map<string, number | undefined>();
  for (const { scope, until } of facts.refused ?? []) {
    if (until !== undefined && until <= NOW) continue;
    const named = modelNamed(definition, scope, firstParty);
    for (const text of named.length > 0 ? named : [scope]) kept.set(text, until);
  }
  const until = NOW + (options.rememberRefusals || 0);
  for (const { locked, scope } of rowsOf(screen)) if (!locked) kept.set(scope, until);
  for (const text of modelMeanings(definition, granted, firstParty)) kept.delete(text);
  for (const text of definition.baseline ?? []) kept.delete(text);
  return [...kept].map(([scope, end]) => ({ scope, until: end })).sort(byScope);
}

const byScope = (left: { scope: string }, right: { scope: string }) =>
  left.scope < right.scope ? -1 : 1;

/** Returns the tokens of the earlier grant with a meaning that was asked for and is not granted any more. */
function modelRemoved(definition: Definition, { facts, options }: Consent, granted: string[]) {
  const firstParty = facts.client.firstParty === true;
  const { asked } = modelOffer(definition, facts, options);
  const now = modelMeanings(definition, granted, firstParty);
  // where `owns` failed for one of these, nothing is granted at all
  const isLost = (text: string) => asked.includes(text) && !now.includes(text);
  return grantOf(facts.granted).filter((token) =>
    modelMeanings(definition, [token], firstParty).some(isLost),
  );
}

export const CONSENT_QUESTIONS = {
  screen: ({ policy, definition }: Answerers, { facts, options }: Consent): Pair => {
    const { error, offered } = modelOffer(definition, facts, options);
    const screen = consentScreen(policy, facts, options);
    const library = {
      boundaries: screen.boundaries.map(({ name, values }) => [
        name,
        values.map(({ value }) => value),
      ]),
      error: screen.error,
      offered: rowsOf(screen)
        .map(({ scope }) => scope)
        .sort(),
    };
    const points = () => [`consent screen: ${error ?? screen.reason}`];
    const boundaries = modelOfferedValues(definition, facts, offered);
    return { library, model: { boundaries, error, offered: [...offered].sort() }, points };
  },
  resolve: (
    { policy, definition }: Answerers,
    { chosen, values, ...consent }: Consent & { chosen: readonly string[]; values: Chosen },
  ): Pair => {
    const { facts, options } = consent;
    const firstParty = facts.client.firstParty === true;
    const screen = consentScreen(policy, facts, options);
    const selection = { decision: "approve", scopes: chosen, boundaries: values };
    const outcome = resolveConsent(policy, facts, selection, options);
    const { error, offered } = modelOffer(definition, facts, options);
    const shown = new Map(modelOfferedValues(definition, facts, offered));
    const isShown = Object.entries(values).every(([name, list]) =>
      list.every((value) => shown.get(name)?.includes(value)),
    );
    const granted = Object.fromEntries(
      Object.entries(values).filter(([, list]) => list.length > 0),
    );
    const scopes = modelChosen(definition, screen, chosen, firstParty);
    const rows = rowsOf(screen);
    // one scope that was not offered voids the selection
    const isOffered = (scope: string) =>
      rows.some((row) => row.scope === scope && (!row.locked || row.checked));
    // a user who could choose and chose nothing denies the request
    const open = rows.filter(({ locked }) => !locked).map((row) => row.scope);
    const isNothing =
      scopes.length === 0 || (open.length > 0 && !open.some((scope) => chosen.includes(scope)));
    const isMissing = modelNeededBoundaries(definition, facts, scopes).some(
      (name) => granted[name] === undefined,
    );
    const refusal =
      error ??
      (!chosen.every(isOffered) || !isShown
        ? "invalid_selection"
        : isNothing || isMissing
          ? "access_denied"
          : undefined);
    const points = () => [
      `consent outcome: ${refusal ?? "granted"}`,
      ...(refusal === undefined && Object.keys(granted).length > 0
        ? ["consent within a boundary"]
        : []),
      ...(isMissing && error === null ? ["consent without a value of a boundary"] : []),
    ];
    if (!outcome.ok || refusal !== undefined) {
      return {
        library: outcome.ok ? "granted" : outcome.error,
        model: refusal ?? "granted",
        points,
      };
    }
    const requested = tokensOf(facts.requested) ?? [];
    const before = modelMeanings(definition, grantOf(facts.granted), firstParty);
    const isSame =
      requested.length === scopes.length && requested.every((token) => scopes.includes(token));
    const refused = outcome.refused.map(({ scope, until }) => ({ scope, until })).sort(byScope);
    return {
      library: {
        scopes: [...outcome.scopes].sort(),
        boundaries: outcome.boundaries,
        removedBoundaries: outcome.removedBoundaries,
        changed: outcome.changed,
        added: [...outcome.added].sort(),
        removed: [...outcome.removed].sort(),
        refused,
      },
      model: {
        scopes: [...scopes].sort(),
        boundaries: granted,
        removedBoundaries: modelRemovedValues(facts, granted),
        changed: !isSame,
        added: scopes.filter((text) => !before.includes(text)).sort(),
        removed: modelRemoved(definition, consent, scopes).sort(),
        refused: modelRefused(definition, consent, screen, scopes),
      },
      points,
    };
  },
};
