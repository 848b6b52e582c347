// Laws of matching rules on random names and values, against a naive model that shares no code with `src`.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { countIn, runOften, tally } from "../often.js";

const RUNS = { numRuns: 400 };

const segment = fc.constantFrom("a", "b", "*", "ab", "a*");
const SEPARATORS = [".", ":", "/"] as const;
const separatorOf = (name: string) =>
  name.startsWith("/") ? "/" : name.includes(":") ? ":" : name.includes(".") ? "." : undefined;
const nameOf = fc
  .tuple(fc.constantFrom(...SEPARATORS), fc.array(segment, { minLength: 1, maxLength: 4 }))
  .map(([separator, parts]) => (separator === "/" ? `/${parts.join("/")}` : parts.join(separator)));
const names = fc.uniqueArray(nameOf, { minLength: 2, maxLength: 8 });

function isBelow(child: string, parent: string): boolean {
  return child.startsWith(`${parent}${separatorOf(child)}`);
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return parts.length === 0;
  if (parts.length === 0 || (first !== "*" && first !== parts[0])) return false;
  const isLast = first === "*" && rest.length === 0;
  return isLast || fits(rest, parts.slice(1));
}

function isMatch(name: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const separator = separatorOf(pattern);
  if (separator === undefined || separator !== separatorOf(name)) return false;
  return fits(pattern.split(separator), name.split(separator));
}

const NAIVE = { parent: isBelow, wildcard: isMatch } as const;

const policyOf = (scopes: object) =>
  loadPolicy({ name: "Laws", version: "1", scopes: scopes as never });

describe("names that cover others", () => {
  it.each(["parent", "wildcard"] as const)(
    "are those of the naive model under `%s`, transitively",
    (match) => {
      const covered = tally("a name that another covers", 100);
      const law = () =>
        fc.assert(
          fc.property(names, (all) => {
            const policy = policyOf(Object.fromEntries(all.map((name) => [name, { match }])));
            for (const granted of all) {
              for (const wanted of all) {
                const expected = granted === wanted || NAIVE[match](wanted, granted);
                expect(policy.covers(granted, wanted)).toBe(expected);
                if (expected && granted !== wanted) covered.count += 1;
              }
              for (const via of policy.expand(granted)) {
                expect(policy.expand(granted)).toEqual(expect.arrayContaining(policy.expand(via)));
              }
            }
            expect(policy.covers(policy.reduce(all), all)).toBe(true);
          }),
          RUNS,
        );
      runOften([covered], law);
    },
  );
});

describe("values that cover others", () => {
  const policy = loadPolicy({
    name: "Laws",
    version: "1",
    scopes: {
      "r:/{path}": { match: "path-prefix" },
      "w:/{path}": { match: "path-prefix", implies: ["r:/{path}"] },
      "p/{Type}.r": { match: "smart" },
      "p/{Type}.s": { match: "smart" },
      "p/{Type}.c": { match: "smart" },
    },
    tools: { read: "r:/{path}", see: "p/{Type}.r" },
  });
  const path = fc.array(fc.constantFrom("a", "b", "ab", "a.b", "..", "", "."), { maxLength: 4 });
  const isSafe = (parts: readonly string[]) =>
    parts.every((part) => !["", ".", ".."].includes(part));
  const isWithin = (inner: readonly string[], outer: readonly string[]) =>
    outer.every((part, at) => inner[at] === part);

  it("are the prefixes of the naive model, by whole segments", () => {
    const met = new Map(["allowed", "denied"].map((point) => [point, tally(point, 100)]));
    const law = () =>
      fc.assert(
        fc.property(fc.constantFrom("r", "w"), path, path, (head, granted, wanted) => {
          const scope = `${head}:/${granted.join("/")}`;
          const value = wanted.join("/");
          // a grant without a path is the root
          const isRoot = granted.join("/") === "";
          const isGranted = isRoot || (isSafe(granted) && isWithin(wanted, granted));
          const expected = wanted.length > 0 && isSafe(wanted) && isGranted;
          expect(policy.decideUntrusted({ scope }, "read", { path: value }).allowed).toBe(expected);
          countIn(met, expected ? "allowed" : "denied");
          if (value !== "") expect(policy.covers(scope, `r:/${value}`)).toBe(expected);
        }),
        { numRuns: 3_000 },
      );
    runOften([...met.values()], law);
  });

  const token = fc.oneof(
    fc
      .tuple(fc.constantFrom("r", "w"), fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }))
      .map(([head, parts]) => `${head}:/${parts.join("/")}`),
    fc
      .tuple(fc.constantFrom("X", "Y", "*"), fc.constantFrom("r", "rs", "s", "c", "cr", "read"))
      .map(([type, suffix]) => `p/${type}.${suffix}`),
  );
  const grant = fc.uniqueArray(token, { maxLength: 5 });

  it("are covered reflexively and transitively, and more grants never deny a call", () => {
    fc.assert(
      fc.property(grant, grant, grant, (one, two, three) => {
        expect(policy.covers(one, one)).toBe(true);
        if (policy.covers(one, two) && policy.covers(two, three)) {
          expect(policy.covers(one, three)).toBe(true);
        }
        const both = [...one, ...two];
        expect(policy.covers(both, one)).toBe(true);
        expect(policy.covers(policy.reduce(both), both)).toBe(true);
        expect(policy.covers(both, policy.reduce(both))).toBe(true);
        const rest = policy.missing(one, two) ?? "";
        expect(policy.covers([...one, ...rest.split(" ").filter(Boolean)], two)).toBe(true);
        for (const [tool, params] of [
          ["read", { path: "a/b" }],
          ["see", { Type: "X" }],
        ] as const) {
          const isAllowed = (scope: readonly string[]) =>
            policy.decideUntrusted({ scope: [...new Set(scope)] }, tool, params).allowed;
          if (isAllowed(one)) expect(isAllowed(both)).toBe(true);
          expect(isAllowed(one)).toBe(policy.covers(one, tool === "read" ? "r:/a/b" : "p/X.r"));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
