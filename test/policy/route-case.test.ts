import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Endpoint, endpointIdentity, parseEndpoint } from "../../src/policy/endpoint-key.js";
import { buildRouter } from "../../src/policy/route.js";

const SOME = { minLength: 2, maxLength: 2 };

type Same = (left: string, right: string) => boolean;

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const sameBy =
  (change: (text: string) => string): Same =>
  (left, right) =>
    change(left) === change(right);

/** The ways in which a router can compare two decoded texts while it ignores letter case. */
const COMPARISONS: Readonly<Record<string, Same>> = {
  "lower case": sameBy((text) => text.toLowerCase()),
  "upper case": sameBy((text) => text.toUpperCase()),
  "lower case by code point": sameBy((text) => [...text].map((c) => c.toLowerCase()).join("")),
  "upper case by code point": sameBy((text) => [...text].map((c) => c.toUpperCase()).join("")),
  "lower case in Turkish": sameBy((text) => text.toLocaleLowerCase("tr")),
  "a regular expression": (left, right) => new RegExp(`^${escaped(left)}$`, "i").test(right),
  "a regular expression with `u`": (left, right) =>
    new RegExp(`^${escaped(left)}$`, "iu").test(right),
  "a regular expression on the encoded text": (left, right) =>
    new RegExp(`^${escaped(encoded(left))}$`, "i").test(encoded(right)),
};

const encoded = (text: string) => text.replaceAll(/[^ -~]+/g, encodeURIComponent);

function readEndpoint(key: string): Endpoint | undefined {
  const read = parseEndpoint(key);
  return "segments" in read ? read : undefined;
}

/** Returns the identity of the endpoint with one segment of decoded text; `undefined` if it is not canonical. */
function identityOf(text: string): string | undefined {
  const endpoint = readEndpoint(`GET /${encoded(text)}`);
  return endpoint && endpointIdentity(endpoint);
}

describe("letter case", () => {
  const cased = Array.from({ length: 0x11_0000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((c) => /[\p{Cased}\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/u.test(c));
  const all = cased.join("");

  /** Returns the case variants of a character, and the characters that a regular expression matches with it. */
  const relatives = (c: string) => [
    c.toLowerCase(),
    c.toUpperCase(),
    c.toLocaleLowerCase("tr"),
    ...["i", "iu"].flatMap((flags) => all.match(new RegExp(escaped(c), `g${flags}`)) ?? []),
  ];

  it("does not change the identity of any character of Unicode, in any kind of comparison", () => {
    let compared = 0;
    const differing: string[] = [];
    for (const c of cased) {
      const identity = identityOf(c);
      if (identity === undefined) continue;
      for (const other of relatives(c)) {
        const otherIdentity = identityOf(other);
        if (otherIdentity === undefined) continue;
        compared += 1;
        if (identity !== otherIdentity) differing.push(`${c} ${other}`);
      }
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(10_000);
  });
});

describe("the endpoint of a path with letters beyond ASCII", () => {
  const LETTERS = [..."aAeEéÉèÈiIıİsSßẞkKσςΣåÅǰжЖ", "i\u0307", "J\u030C", "𐐀", "𐐨"];
  const segment = fc
    .array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 })
    .map((letters) => letters.join("").normalize("NFKC"));
  const literalOrParam = fc.oneof(
    { weight: 3, arbitrary: segment },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  type Template = readonly (string | undefined)[];
  const template: fc.Arbitrary<Template> = fc.array(literalOrParam, {
    minLength: 1,
    maxLength: 2,
  });
  /** A value and changes of letter case, from which a path of a template is made. */
  const spelled = fc
    .tuple(segment, fc.array(fc.constantFrom("toLowerCase", "toUpperCase", "toString"), SOME))
    .map(([value, changes]) => ({ value, changes }));

  const keyOf = (segments: Template) =>
    `GET /${segments.map((text, at) => (text === undefined ? `:p${at}` : encoded(text))).join("/")}`;

  const isSameAs = (text: string) => (literal: string | undefined) =>
    literal === undefined ||
    Object.values(COMPARISONS).some((isSame) => isSame(literal, text) || isSame(text, literal));

  /** Returns whether a router that prefers literals tries one template before another. */
  const comesFirst = (left: Template, right: Template) => {
    const at = left.findIndex(
      (text, index) => (text === undefined) !== (right[index] === undefined),
    );
    return at >= 0 && left[at] !== undefined;
  };

  it("never matches a parameter if some router matches the path with a literal", () => {
    let refused = 0;
    let found = 0;
    fc.assert(
      fc.property(fc.array(template, { minLength: 1, maxLength: 5 }), spelled, (drawn, how) => {
        const templates = [
          ...new Map(
            drawn.flatMap((segments): [string, Template][] => {
              const endpoint = readEndpoint(keyOf(segments));
              return endpoint === undefined ? [] : [[endpointIdentity(endpoint), segments]];
            }),
          ).values(),
        ];
        const path = (templates[0] ?? []).map((text, at) =>
          (text ?? how.value)[how.changes[at] ?? "toString"]().normalize("NFKC"),
        );
        const router = buildRouter(
          templates.map((target) => ({
            endpoint: readEndpoint(keyOf(target)) as Endpoint,
            target,
          })),
        );
        const match = router.match("GET", `/${path.map(encoded).join("/")}`)?.value;
        const candidates = templates.filter(
          (segments) =>
            segments.length === path.length &&
            segments.every((literal, at) => isSameAs(path[at] as string)(literal)),
        );
        if (match === undefined) {
          refused += candidates.length > 0 ? 1 : 0;
          return;
        }
        found += 1;
        expect(match.every((text, at) => text === undefined || text === path[at])).toBe(true);
        expect(candidates.filter((other) => comesFirst(other, match))).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    expect([refused > 300, found > 300]).toEqual([true, true]);
  });
});
