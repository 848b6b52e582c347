// A case as a program that can be pasted.

import { inspect } from "node:util";
import { MODEL_NOW } from "../../model/model.js";
import type { FuzzCase, Pair, Question } from "./case.js";
import { PRINTED } from "./printed.js";

/** Formats a value as source text. */
function sourceOf(value: unknown): string {
  return inspect(value, {
    depth: Infinity,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: 110,
    sorted: false,
  });
}

function statementOf({ ask, args }: Question): string {
  const print = PRINTED[ask];
  if (print === undefined) throw new Error(`no source for the question ${ask}`);
  return print((name) => sourceOf(args[name]));
}

/** Returns the program of a case, and below it both results of its last question. */
export function programOf({ definition, questions }: FuzzCase, pair: Pair): string {
  const names = [
    ...new Set(
      questions.flatMap(
        ({ ask }) =>
          statementOf({ ask, args: {} }).match(
            /\b(loadPolicy|clientRegistration|refreshScope|resolveConsent|consentScreen|createAuthorizer)\b/g,
          ) ?? [],
      ),
    ),
  ];
  return [
    `import { ${[...new Set(["loadPolicy", ...names])].join(", ")} } from "scope-policy";`,
    "",
    `const policy = loadPolicy(${sourceOf(definition)}, { now: () => ${MODEL_NOW} });`,
    ...questions.map((question) => `console.log(${statementOf(question)});`),
    `// the library: ${sourceOf(pair.library).replaceAll("\n", "\n// ")}`,
    `// the model:   ${sourceOf(pair.model).replaceAll("\n", "\n// ")}`,
  ].join("\n");
}
