import { definePolicy, type Policy, type PolicyDefinition } from "scope-policy";
import { expect, it } from "vitest";
import { findCall } from "../../src/cli/explain/question.js";
import { remedyFor } from "../../src/cli/explain/remedies.js";
import { renderMatrixHtml } from "../../src/cli/matrix/matrix-html.js";
import { runIn } from "../cli/run.js";
import { listOf, objectOf, scopesOf } from "../policy/many.js";
import { titled } from "../titled.js";

// Limits of the output of the command line, each tested at its value and one beyond. Each title names the constant.

interface Limit {
  readonly title: string;
  readonly value: number;
  /** Returns the output for an input of a size. */
  readonly print: (size: number) => string | Promise<string>;
  /** A part of the output at the limit. */
  readonly within: string;
  /** A part of the output one beyond the limit. */
  readonly beyond: string;
}

const define = (parts: Omit<PolicyDefinition, "name" | "version">): PolicyDefinition => ({
  name: "N",
  version: "1",
  ...parts,
});

/** Returns the output of a command for a file. Without `columns`, no line is wrapped. */
async function printed(
  [name, source]: readonly [name: string, source: string],
  [command = "", ...rest]: readonly string[],
  columns = 10_000,
): Promise<string> {
  const { out, err } = await runIn({ [name]: source }, [command, name, ...rest], { columns });
  return out + err;
}

const json = (definition: PolicyDefinition) => ["p.json", JSON.stringify(definition)] as const;

const x = (count: number) => "x".repeat(count);
const spaces = (count: number) => " ".repeat(count);
const names = (count: number) => listOf(count, (index) => `s${index}`);

const anyOf = (count: number) =>
  define({ scopes: scopesOf(count), tools: { t: { anyOf: names(count) } } });
const toolNamed = (name: string) => define({ scopes: { a: "" }, tools: { [name]: "a" } });

/** Returns the end of a remedy for a policy that allows the call after a number of changes. */
function remedyAfter(changes: number): string {
  const policy = definePolicy(define({ scopes: { a: "A" }, tools: { t: "a" } }));
  const refused = policy.decide({ scope: "" }, "t");
  let left = changes;
  const delayedPolicy: Policy = {
    ...policy,
    decideUntrusted: () => {
      left -= 1;
      return left > 0 ? refused : policy.decide({ scope: "a" }, "t");
    },
  };
  const question = { ...findCall(policy, "t", {}, { scope: "" }), policy: delayedPolicy };
  const { steps, token } = remedyFor(question, refused);
  return `${steps.length} steps, ${token === undefined ? "still denied" : "then allowed"}`;
}

const LIMITS: readonly Limit[] = [
  {
    title: "MAX_STEPS: a remedy has at most 8 steps",
    value: 8,
    print: remedyAfter,
    within: "8 steps, then allowed",
    beyond: "8 steps, still denied",
  },
  {
    title: "MAX_WAYS: explain prints 10 sufficient sets of scopes and counts the others",
    value: 10,
    print: (size) => printed(json(anyOf(size)), ["explain", "t"]),
    within: `Any one of these is sufficient: ${names(10).join(", or ")}.\n`,
    beyond: `Any one of these is sufficient: ${names(10).join(", or ")}, or 1 more.\n`,
  },
  {
    title: "MAX_WAYS_NAMED: a condition names 3 of its alternatives and counts the others",
    value: 3,
    print: (size) => {
      const paid = objectOf(
        size,
        (at) => `s${at}`,
        () => ({ tier: "pro" }),
      );
      const scopes = { free: {}, ...paid };
      const tools = { t: { anyOf: Object.keys(scopes) } };
      return printed(json(define({ tiers: ["low", "pro"], scopes, tools })), ["matrix"]);
    },
    within: "pro tier, with s0 or s1 or s2\n",
    beyond: "pro tier, with s0 or s1 or s2 or 1 more\n",
  },
  {
    // each further scope adds two words: its name and the word before it
    title: "MAX_WORDS: a cell shows a rule of 15 words, which has 8 scopes, and folds a rule of 17",
    value: 8,
    print: (size) => renderMatrixHtml(definePolicy(anyOf(size))),
    within: '<td class="needs"><code>s0</code>',
    beyond: '<td class="needs"><details><summary>a rule of 9 scopes</summary><code>s0</code>',
  },
  {
    title: "MAX_WORDS: the brackets of a rule count as words",
    value: 7,
    print: (size) => {
      const scopes = { ...scopesOf(size - 2), a: {}, b: {} };
      const t = { anyOf: [...names(size - 2), { allOf: ["a", "b"] }] };
      return renderMatrixHtml(definePolicy(define({ scopes, tools: { t } })));
    },
    within: '<td class="needs"><code>s0</code>',
    beyond: '<td class="needs"><details><summary>a rule of 8 scopes</summary><code>s0</code>',
  },
  {
    title: "MAX_LINE_LENGTH: explain prints 160 characters about a scope of the token",
    value: 160,
    print: (size) => {
      const definition = define({ scopes: { a: x(size) }, tools: { t: "a" } });
      return printed(json(definition), ["explain", "t", "--scope", "a"]);
    },
    within: `\n  a  ${x(160)}\n`,
    beyond: `\n  a  ${x(160)} …\n`,
  },
  {
    title: "WIDEST_NAME: explain aligns the descriptions of the scopes in the token at 40 columns",
    value: 40,
    print: (size) => {
      const definition = define({ scopes: { a: "A", [x(size)]: "B" }, tools: { t: "a" } });
      return printed(json(definition), ["explain", "t", "--scope", `a ${x(size)}`]);
    },
    within: `\n  a${spaces(39)}  A\n  ${x(40)}  B\n`,
    beyond: `\n  a${spaces(39)}  A\n  ${x(41)}  B\n`,
  },
  {
    title: "MAX_DESCRIPTION_LENGTH: a description next to a scope has at most 120 characters",
    value: 120,
    print: (size) => {
      const definition = define({ scopes: { a: x(size) }, tools: { t: "a" } });
      return printed(json(definition), ["explain", "t"]);
    },
    within: `Missing: a (${x(120)})\n`,
    beyond: `Missing: a (${x(120)} …)\n`,
  },
  {
    title: "EXAMPLE_SCOPES: the example of docs requests at most 3 scopes",
    value: 3,
    print: (size) => printed(json(anyOf(size)), ["docs"]),
    within: "\nscope=s0+s1+s2\n",
    beyond: "\nscope=s0+s1+s2\n",
  },
  {
    title: "MAX_NAMES: a finding is followed through 32 constants of a module",
    value: 32,
    print: (size) => {
      const renamed = listOf(size - 1, (at) => `const n${at + 1} = n${at};`).join(" ");
      const source = `const n0 = { name: 1 }; ${renamed}\nexport default n${size - 1};\n`;
      return printed(["p.ts", source], ["check"]);
    },
    within: "p.ts:1:20  error",
    beyond: "p.ts:2:16  error",
  },
  {
    title: "MIN_NAME_WIDTH: the names of the matrix take up to 16 of 35 columns",
    value: 16,
    print: (size) => printed(json(toolNamed(x(size))), ["matrix"], 35),
    within: `│ ${x(16)} │ all │\n└`,
    beyond: `│ ${x(16)} │ all │\n│ x${spaces(15)} │     │\n└`,
  },
  {
    title: "NAME_SHARE: the names of the matrix take up to 17 of 38 columns",
    value: 17,
    print: (size) => printed(json(toolNamed(x(size))), ["matrix"], 38),
    within: `│ ${x(17)} │ all │\n└`,
    beyond: `│ ${x(17)} │ all │\n│ x${spaces(16)} │     │\n└`,
  },
  {
    title: "NAME_SHARE: the names of the matrix take up to 90 of 200 columns",
    value: 90,
    print: (size) => printed(json(toolNamed(x(size))), ["matrix"], 200),
    within: `│ ${x(90)} │ all │\n└`,
    beyond: `│ ${x(90)} │ all │\n│ x${spaces(89)} │     │\n└`,
  },
  {
    title: "MIN_WIDTH: a finding shows 20 characters of its line in a narrow terminal",
    value: 20,
    print: (size) => printed(["p.json", `{"${x(size - 6)}":1}`], ["check"], 28),
    within: `\n    1 | {"${x(14)}":1}\n`,
    beyond: `\n    1 | {"${x(15)}":1\n`,
  },
  {
    title: "MIN_WIDTH: a finding shows 21 characters of its line in a terminal of 30 columns",
    value: 21,
    print: (size) => printed(["p.json", `{"${x(size - 6)}":1}`], ["check"], 30),
    within: `\n    1 | {"${x(15)}":1}\n`,
    beyond: `\n    1 | {"${x(16)}":1\n`,
  },
];

it.each(titled(LIMITS))("%s", async (_title, { value, print, within, beyond }) => {
  expect(await print(value)).toContain(within);
  expect(await print(value + 1)).toContain(beyond);
});
