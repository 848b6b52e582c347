// The kinds of cases. Each draws a policy and questions about it.

import { type ConsentFacts, consentScreen } from "scope-policy";
import { rowsOf } from "../../consent/facts.js";
import { drawBoundaryRound, drawRound } from "../../model/arbitrary-consent.js";
import { drawRefresh, drawRegistration } from "../../model/arbitrary-grants.js";
import { drawBound, drawGoodCase, drawTokenScopes } from "../../model/arbitrary-request.js";
import type { Draw } from "../../model/draw.js";
import { type Definition, isPattern } from "../../model/model.js";
import { modelMeanings, scopeOptions } from "../../model/model-scopes.js";
import { load } from "../../model/observe.js";
import { drawCalls, drawRequests } from "../../model/points.js";
import { drawAgain } from "./again.js";
import type { FuzzCase, Question } from "./case.js";

const question = (ask: string, args: object): Question => ({ ask, args: { ...args } });

/** Calls of each operation, through each method that decides; some of them as lists and challenges. */
function drawDecisions(draw: Draw): FuzzCase {
  const { definition, calls } = drawCalls(draw);
  const exact = Object.keys({ ...definition.tools, ...definition.endpoints }).filter(
    (name) => !isPattern(name),
  );
  const questions = calls.flatMap((call, index) => {
    const more = [];
    if (index % 4 === 1) more.push(question("decide", call));
    if (index % 4 === 2 && exact.includes(call.name)) more.push(question("operation", call));
    if (index % 4 === 3) {
      more.push(question("challenge", { ...call, mode: index % 8 === 3 ? "minimum" : "union" }));
    }
    return [question("decideUntrusted", call), ...more];
  });
  const [, , listed] = calls;
  const lists = [listed?.token, ...(draw.chance(20) ? [undefined] : [])].map((token) =>
    question("toolsFor", { token }),
  );
  return { definition, questions: [...questions, ...lists] };
}

function drawPaths(draw: Draw): FuzzCase {
  const { definition, calls } = drawRequests(draw);
  return { definition, questions: calls.map((call) => question("decideRequest", call)) };
}

/** Returns the older names of a policy, with values. */
const olderNames = (draw: Draw, definition: Definition): string[] =>
  Object.keys(definition.scopes)
    .flatMap((scope) => scopeOptions(definition, scope).replaces ?? [])
    .filter(() => draw.chance(40))
    .map((name) => drawBound(draw, name));

function drawMeanings(draw: Draw): FuzzCase {
  const { definition, held } = drawGoodCase(draw, { ruled: draw.chance(50) });
  const known = modelMeanings(definition, held, true);
  const questions = Array.from({ length: 4 }, () => {
    const tokens = [...new Set([...held, ...olderNames(draw, definition)])];
    const near = draw.chance(60)
      ? draw.some([...known, ...held], 30)
      : drawTokenScopes(draw, definition);
    const wanted = [...new Set(near)];
    const args = { tokens, wanted, options: { firstParty: draw.chance(50) } };
    return ["expand", "covers", "missing", "reduce"].map((ask) => question(ask, args));
  });
  const bundles = Object.keys(definition.bundles ?? {}).map((bundle) =>
    question("bundleScope", { bundle }),
  );
  return { definition, questions: [...questions.flat(), ...bundles] };
}

/** Returns whether every instance of an older name that is a template has a text of its own. */
const isOlderTemplate = (definition: Definition, token: string): boolean =>
  /[{<]/.test(token) && !Object.hasOwn(definition.scopes, token);

function drawRegistrations(draw: Draw): FuzzCase {
  const { definition, ...first } = drawRegistration(draw);
  const wanted = first.wanted.filter((token) => !isOlderTemplate(definition, token));
  const questions = [wanted, wanted.slice(0, 1), wanted.slice(1), []].map((tokens) =>
    question("register", {
      metadata: { scope: tokens.join(" ") },
      options: {
        unknownScopes: first.unknownScopes,
        ...(first.ceiling && { ceiling: first.ceiling }),
        ...(first.approvedScopes && { approvedScopes: first.approvedScopes }),
      },
    }),
  );
  return { definition, questions };
}

function drawRefreshes(draw: Draw): FuzzCase {
  const { definition, original, requested, options } = drawRefresh(draw);
  if (original.length === 0) return { definition, questions: [] };
  const parts = [requested, undefined, original.slice(0, 1), original.slice(1), []];
  const questions = parts.map((part) =>
    question("refresh", { original: original.join(" "), requested: part?.join(" "), options }),
  );
  return { definition, questions };
}

/** Returns facts of which the owner of a value is unknown, because the callback fails; the client has what it asks for. */
function inOutage({ requested = "", ...facts }: ConsentFacts): ConsentFacts {
  const owns = () => {
    throw new Error("down");
  };
  return { ...facts, requested, granted: requested, account: { ...facts.account, owns } };
}

function drawConsents(draw: Draw): FuzzCase {
  const isWhole = draw.chance(50);
  const round = isWhole ? drawBoundaryRound(draw) : drawRound(draw);
  const { definition, options, boxes } = round;
  const facts = draw.chance(25) ? inOutage(round.facts) : round.facts;
  const screen = consentScreen(load(definition), facts, options);
  const rows = rowsOf(screen);
  const choose = (turn: number) =>
    rows.flatMap(({ scope, locked }, at) => (boxes[at + turn] && !locked ? [scope] : []));
  const chooseValues = () =>
    Object.fromEntries(
      screen.boundaries.map(({ name, values }) => [
        name,
        [
          ...draw.some(values, 70).map(({ value }) => value),
          ...(draw.chance(5) ? ["not-offered"] : []),
        ],
      ]),
    );
  const other = draw.pick(Object.keys(definition.scopes));
  const choices = [choose(0), choose(7), [...choose(19), ...(draw.chance(20) ? [other] : [])]].map(
    (chosen) => question("resolve", { facts, options, chosen, values: chooseValues() }),
  );
  return { definition, questions: [question("screen", { facts, options }), ...choices] };
}

export interface Kind {
  readonly draw: (draw: Draw) => FuzzCase;
  /** How many of all policies are of this kind, in parts. */
  readonly parts: number;
}

export const KINDS = {
  decisions: { draw: drawDecisions, parts: 6 },
  requests: { draw: drawPaths, parts: 4 },
  again: { draw: drawAgain, parts: 2 },
  meanings: { draw: drawMeanings, parts: 3 },
  registrations: { draw: drawRegistrations, parts: 2 },
  refreshes: { draw: drawRefreshes, parts: 3 },
  consents: { draw: drawConsents, parts: 6 },
} satisfies Readonly<Record<string, Kind>>;
