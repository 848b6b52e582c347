import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../src/cli/openapi/limits.js";
import { readSourceTree } from "../source-tree.js";
import { titled } from "../titled.js";

/** Matches the declaration of a constant that defines a limit, also an object of several: `LIST_LIMITS`. */
const LIMIT =
  /^(?:export )?const ((?:MAX|MIN)[A-Z_]*|[A-Z_]*(?:BUDGET|STEPS|TIMEOUT|WEIGHT|LIMIT|_LIMITS|EVENTS|SECONDS|BATCH|USES))(?:: [^=]+)? = ([^;]*\d[^;]*);/gm;

/** Matches the largest number that the check of an option accepts. */
const OPTION_BOUND = /\bpositive\(([^)]*\d[^)]*)\)|\bvalue(?: as number\))? <= (\d[\d_]*)/g;

/** Matches how often a part of a text may repeat in a regular expression: `{1,64}`. */
const REPETITION = /\{\d+,(\d+)\}/g;

/** From here on, a repetition limits what a caller may write; below, it is part of a form: a port, the parts of a date. */
const LEAST_REPETITION = 63;

interface Constant {
  readonly path: string;
  readonly name: string;
  /** The numbers of its value in the notation of the page: `1,024`. */
  readonly numbers: readonly string[];
}

/** A row of the page: one limit. */
interface Row {
  readonly title: string;
  readonly value: string;
  /** The name of a constant, or the text in the source that defines the limit. */
  readonly code: string;
  readonly path: string;
  /** The path of the test of the limit. */
  readonly test: string;
}

const constants: readonly Constant[] = [...readSourceTree()].flatMap(([path, text]) =>
  [...text.matchAll(LIMIT)].map(([, name = "", value = ""]) => ({
    path,
    name,
    numbers: numbersOf(value),
  })),
);

/** A bound in the source that has no name of its own. */
interface Bound {
  readonly path: string;
  readonly text: string;
  readonly number: string;
}

const bounds: readonly Bound[] = [...readSourceTree()].flatMap(([path, text]) => [
  ...[...text.matchAll(OPTION_BOUND)].flatMap(([bound, most, value]) =>
    numbersOf(most ?? value ?? "").map((number) => ({ path, text: bound, number })),
  ),
  ...[...text.matchAll(REPETITION)]
    .filter(([, most]) => Number(most) >= LEAST_REPETITION)
    .map(([bound, most = ""]) => ({ path, text: bound, number: numbersOf(most)[0] ?? "" })),
]);

/** Bounds that limit no input: the search for credentials in any text, and the range of HTTP statuses. */
const isOther = ({ path, number }: Bound) =>
  path.startsWith("src/audit/redaction/") || number === "599";

/** Returns the numbers in an expression. A product or a power counts as one number. */
function numbersOf(expression: string): readonly string[] {
  const terms = expression.matchAll(/\d[\d_e]*n?(?:\s*\*{1,2}\s*\d[\d_]*n?)*/g);
  return [...terms].map(([term]) => {
    const factors = term.replaceAll(/[_n]/g, "").split(/(?<!\*)\*(?!\*)/);
    const product = factors.reduce((sum, factor) => {
      // `1e11` is 1 * 10 ** 11
      const [times = "", tens = "0"] = factor.split("e");
      const [base = "", exponent = "1"] = times.split("**");
      return sum * BigInt(base.trim()) ** BigInt(exponent.trim()) * 10n ** BigInt(tens.trim());
    }, 1n);
    return product.toLocaleString("en-US");
  });
}

const rows: readonly Row[] = readFileSync("docs/limits.md", "utf8")
  .split("\n")
  .filter((line) => /^\|(?! Limit|---)/.test(line))
  .map((line) => {
    const [, title = "", value = "", , source = "", test = ""] = line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    const [, code = "", path = ""] = /^`(.+)` in `(src\/[^`]+)`$/.exec(source) ?? [];
    return { title, value, code, path, test: test.replaceAll("`", "") };
  });

/** Returns whether a text contains a number in any notation, or a number that differs by one: tests try both sides of a limit. */
function mentions(text: string, number: string): boolean {
  const value = BigInt(number.replaceAll(",", ""));
  return [value - 1n, value, value + 1n].some((near) => {
    const grouped = near.toLocaleString("en-US");
    const power = `1e${String(near).length - 1}`;
    const spellings = [String(near), grouped, grouped.replaceAll(",", "_")];
    if (Number(power) === Number(near) && near > 1_000n) spellings.push(power);
    return spellings.some((spelling) =>
      new RegExp(`(?<![\\d_,.])${spelling}(?![\\d_]|,\\d)`).test(text),
    );
  });
}

describe("the page of limits", () => {
  it.each(titled(constants, ({ path, name }) => `${name} of ${path}`))(
    "names the value of %s",
    (_title, { path, name, numbers }) => {
      const row = rows.find((one) => one.path === path && one.code === name);
      const advice = `docs/limits.md has no row for \`${name}\` in \`${path}\`: add one with the value, the behaviour beyond it, and the test of the limit`;
      expect(row, advice).toBeDefined();
      for (const number of numbers) {
        expect(row?.value, `the row of \`${name}\` in \`${path}\` must name ${number}`).toMatch(
          new RegExp(`(?<![\\d,])${number}(?![\\d,]*\\d)`),
        );
      }
    },
  );

  it.each(titled(rows, ({ title, code, path }) => `${title} (${code} in ${path})`))(
    "names text that exists in the source: %s",
    (_title, { code, path }) => {
      expect(existsSync(path), `${path} does not exist: correct the row in docs/limits.md`).toBe(
        true,
      );
      expect(readFileSync(path, "utf8"), `${path} has no \`${code}\``).toContain(code);
    },
  );

  it.each(titled(rows, ({ title, test }) => `${title} (${test})`))(
    "names a test that mentions the limit: %s",
    (_title, { code, path, value, test }) => {
      expect(existsSync(test), `${test} does not exist: correct the row in docs/limits.md`).toBe(
        true,
      );
      const text = readFileSync(test, "utf8");
      const known = constants.find((one) => one.path === path && one.name === code);
      const numbers = known?.numbers ?? [...value.matchAll(/\d[\d,]*/g)].map(([number]) => number);
      const isMentioned = text.includes(code) || numbers.some((number) => mentions(text, number));
      expect(isMentioned, `${test} mentions neither \`${code}\` nor ${numbers.join(", ")}`).toBe(
        true,
      );
    },
  );

  it.each(
    titled(
      bounds.filter((bound) => !isOther(bound)),
      ({ path, text }) => `${text} of ${path}`,
    ),
  )("has a row for %s", (_title, { path, number }) => {
    const isNamed = rows.some((row) => row.path === path && mentions(row.value, number));
    expect(isNamed, `docs/limits.md has no row for ${number} in \`${path}\``).toBe(true);
  });

  it("has a row for each limit of OpenAPI documents", () => {
    const path = "src/cli/openapi/limits.ts";
    const members = Object.keys(LIMITS);
    const named = rows.filter((row) => row.path === path).map(({ code }) => code.split(":")[0]);
    expect(members.filter((name) => !named.includes(name))).toEqual([]);
  });

  it("has a row for each kind of limit", () => {
    expect(constants.length).toBeGreaterThan(60);
    expect(bounds.length).toBeGreaterThan(25);
    expect(rows.length).toBeGreaterThan(constants.length);
  });
});
