// What the cache of scope texts keeps. The scopes of a text that it keeps are the same object at the next look.

import { describe, expect, it } from "vitest";
import { createTokenMarks } from "../../src/decision/own-token.js";
import { createTokenScopesReader } from "../../src/decision/token-scopes-reader.js";
import { compilePolicy } from "../../src/policy/compile.js";
import { listOf, scopesOf } from "../policy/many.js";
import { titled } from "../titled.js";

const WAYS = scopesOf(40, (at) => `/p${at}/{i}`);
const OWN = scopesOf(40, (at) => `/own${at}/{i}`);
const reserved = Object.fromEntries(Object.keys(OWN).map((name) => [name, { reserved: true }]));
const policy = compilePolicy({
  name: "Cache",
  version: "1",
  scopes: {
    a: {},
    ...WAYS,
    ...reserved,
    "/all/{i}": { implies: Object.keys(WAYS) },
    "/all-own/{i}": { reserved: true, implies: Object.keys(OWN) },
  },
});

/** Returns 127 texts that count 65,536 each, of the budget of 8,388,608: their characters, and 256 for the entry. */
const longTexts = (letter: string) => listOf(127, (at) => `${letter}${at}-`.padEnd(65_280, letter));
const bound = (name: string, count: number) => listOf(count, (at) => `/${name}/v${at}`).join(" ");

interface Row {
  readonly title: string;
  /** A text that is read between 127 long texts and 127 other ones. */
  readonly scope: string;
  /** Whether the text that was read first is still known then: the texts before it and after it fit into the budget with it. */
  readonly isKept: boolean;
}

const ROWS: readonly Row[] = [
  { title: "a short text", scope: "/p0/1", isKept: true },
  { title: "a long text", scope: "z".repeat(65_536), isKept: false },
  // each of them has 41 bound scopes, which count 64 each
  { title: "20 scopes that imply 800", scope: bound("all", 20), isKept: true },
  { title: "30 scopes that imply 1,200", scope: bound("all", 30), isKept: false },
  { title: "20 reserved scopes that imply 800", scope: bound("all-own", 20), isKept: true },
  { title: "30 reserved scopes that imply 1,200", scope: bound("all-own", 30), isKept: false },
  // those of other clients are kept twice
  {
    title: "10 scopes that imply 400, and 8 reserved ones that imply 320",
    scope: `${bound("all", 10)} ${bound("all-own", 8)}`,
    isKept: false,
  },
];

describe("the cache of scope texts", () => {
  it.each(titled(ROWS))("counts what it keeps for %s", (_title, { scope, isKept }) => {
    const read = createTokenScopesReader(policy, createTokenMarks());
    const first = read({ scope: "a" });
    for (const text of [...longTexts("x"), scope, ...longTexts("y")]) read({ scope: text });
    expect(read({ scope: "a" }) === first).toBe(isKept);
  });
});
