// The additional checks of a case. An unknown check fails the case.

import { readChallenge } from "./challenge-text.js";
import { isList, isObject, type Json, type JsonObject, listOf, member, textOf } from "./corpus.js";
import type { Result } from "./result.js";

/** Returns the errors of a check; an empty list if it passes. */
type Check = (expected: Json, result: Result) => readonly string[];

interface AssertKind {
  readonly check: Check;
  /** Whether it applies to every accepted outcome, not only to the expected one. */
  readonly isAlways?: boolean;
}

const sorted = (list: readonly unknown[]) => [...new Set(list.map(String))].sort();
const same = (a: readonly unknown[], b: readonly unknown[]) =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const short = (value: unknown) => {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};
const fault = (isRight: boolean, text: string) => (isRight ? [] : [text]);

/** Returns a check that a list contains exactly these names, in any order. */
const names =
  (what: "scopes" | "list" | "removed"): Check =>
  (expected, result) =>
    fault(
      same(listOf(expected), result[what] ?? ["nothing"]) &&
        new Set(result[what]).size === result[what]?.length,
      `${what}: expected ${short(expected)}, got ${short(result[what])}`,
    );

const contains =
  (isWanted: boolean): Check =>
  (expected, { output }) =>
    listOf(expected).flatMap((text) => {
      if (output === undefined)
        return isWanted ? [`nothing was written that holds ${short(text)}`] : [];
      return fault(
        output.includes(textOf(text)) === isWanted,
        `the output ${isWanted ? "does not contain" : "contains"} ${short(text)}: ${short(output)}`,
      );
    });

const challenge: Check = (expected, result) => {
  if (!isObject(expected)) return ["challenge: expected an object"];
  const read =
    result.challenge === undefined ? new Map<string, string>() : readChallenge(result.challenge);
  if (typeof read === "string") return [`challenge: ${read}: ${short(result.challenge)}`];
  return Object.entries(expected).flatMap(([key, value]) => {
    switch (key) {
      case "equals":
        return Object.entries(value as JsonObject).flatMap(([name, text]) =>
          fault(
            (read.get(name) ?? null) === text,
            `challenge: expected ${name}=${short(text)}, got ${short(read.get(name))}`,
          ),
        );
      case "absent":
        return listOf(value).flatMap((name) =>
          fault(!read.has(textOf(name)), `challenge: \`${textOf(name)}\` should be absent`),
        );
      case "has":
        return listOf(value).flatMap((name) =>
          fault(read.has(textOf(name)), `challenge: \`${textOf(name)}\` is missing`),
        );
      default:
        return [`challenge: unknown check \`${key}\``];
    }
  });
};

const singleLineJson: Check = (expected, { output }) => {
  if (expected !== true) return [];
  if (output === undefined) return ["nothing was written"];
  if (/[\r\n\u0085\u2028\u2029]/.test(output)) return ["more than one line was written"];
  try {
    const value: unknown = JSON.parse(output);
    return fault(isObject(value), "no JSON object was written");
  } catch {
    return ["the output is not JSON"];
  }
};

const scopesSupported: Check = (expected, { document }) => {
  const got = member(document, "scopes_supported");
  return fault(
    isList(got) && same(listOf(expected), got),
    `scopes_supported: expected ${short(expected)}, got ${short(got)}`,
  );
};

const ASSERTS: ReadonlyMap<string, AssertKind> = new Map<string, AssertKind>([
  [
    "status",
    {
      check: (expected, { status }) =>
        fault(
          listOf(expected).includes(status ?? null),
          `status: expected ${short(expected)}, got ${short(status)}`,
        ),
    },
  ],
  ["challenge", { check: challenge }],
  ["scopes", { check: names("scopes") }],
  ["list", { check: names("list") }],
  ["removed", { check: names("removed") }],
  ["scopes_supported", { check: scopesSupported }],
  [
    "absentKeys",
    {
      check: (expected, { document }) =>
        listOf(expected).flatMap((key) =>
          fault(
            isObject(document) && member(document, textOf(key)) === undefined,
            `the document has the key ${short(key)}`,
          ),
        ),
    },
  ],
  ["mustContain", { check: contains(true) }],
  ["mustNotContain", { check: contains(false), isAlways: true }],
  ["singleLineJson", { check: singleLineJson }],
  [
    "maxMs",
    {
      isAlways: true,
      check: (expected, { milliseconds = 0 }) =>
        fault(
          milliseconds <= Number(expected),
          `took ${Math.round(milliseconds)} ms, over ${short(expected)}`,
        ),
    },
  ],
]);

/** Returns the errors of all checks of a case. */
export function faultsOfAsserts(
  asserts: JsonObject,
  result: Result,
  isPreferred: boolean,
): readonly string[] {
  return Object.entries(asserts).flatMap(([name, expected]) => {
    const kind = ASSERTS.get(name);
    if (kind === undefined) return [`unknown assert \`${name}\``];
    return isPreferred || kind.isAlways === true ? kind.check(expected ?? null, result) : [];
  });
}
