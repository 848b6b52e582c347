import type { CliCommand, RunContext } from "./command.js";
import { addDriftOptions, checkDrift } from "./drift/drift.js";
import { lintFile } from "./lint/located-lint.js";
import { type Counts, countsOf } from "./matrix/matrix-model.js";
import { findingLine, findingsJson, findingsLines } from "./policy-file/findings-text.js";
import type { LoadResult } from "./policy-file/load-policy-file.js";
import { EXIT, UsageError } from "./terminal/io.js";
import { styled } from "./terminal/output.js";

const EXAMPLE =
  "\nExample:\n  scope-policy check policy.json\n  scope-policy check policy.json --against openapi.yaml\n";

/** The command `check FILE...`: prints every finding with its position in the file, or what differs from a source. */
export const check: CliCommand = {
  name: "check",
  summary: "the findings of a policy, each with file, position, message and suggestion",
  shape: (command) =>
    addDriftOptions(command)
      .argument("<file...>", "policies: .json, .js, .mjs, .cjs, .ts, .mts or .cts")
      .addHelpText("after", EXAMPLE),
  run: async ([files], options, run) => {
    const names = files as readonly string[];
    const compared = await checkDrift(names, options, run);
    if (compared !== undefined) return compared;
    const results: Result[] = [];
    for (const file of names) results.push(await readOne(file));
    if (run.json) printJsonResults(results, run);
    else for (const result of results) printResult(result, run);
    if (results.some(({ fault }) => fault !== undefined)) return EXIT.usage;
    return results.every(({ loaded }) => loaded?.ok) ? EXIT.fine : EXIT.findings;

    async function readOne(file: string): Promise<Result> {
      try {
        return { file, loaded: await run.load(file) };
      } catch (error) {
        if (error instanceof UsageError) return { file, fault: error.message };
        throw error;
      }
    }
  },
};

/** The result for one file: the loaded policy or its findings, or the reason why it could not be read. */
type Result =
  | { readonly file: string; readonly loaded: LoadResult; readonly fault?: undefined }
  | { readonly file: string; readonly fault: string; readonly loaded?: undefined };

function printJsonResults(results: readonly Result[], { screen }: RunContext): void {
  const files = results.map(({ file, loaded, fault }) => {
    if (loaded === undefined) return { file, ok: false, error: fault };
    if (!loaded.ok) return { file, ok: false, findings: findingsJson(loaded.findings) };
    const warnings = findingsJson(lintFile(loaded));
    return {
      file,
      ok: true,
      counts: countsOf(loaded.policy),
      findings: [],
      ...(warnings.length > 0 && { warnings }),
    };
  });
  screen.sayJson({ ok: files.every(({ ok }) => ok), files });
}

function printResult({ file, loaded, fault }: Result, { screen }: RunContext): void {
  if (loaded === undefined) {
    screen.complain([styled("red", "error"), `: ${fault}`]);
  } else if (loaded.ok) {
    const counts = countWords(countsOf(loaded.policy));
    screen.say([styled("green", "ok"), "  ", styled("bold", file), `: ${counts}`]);
    const warnings = lintFile(loaded);
    screen.complain(...warnings.map((finding) => findingLine(file, finding)));
    if (warnings.length > 0)
      screen.complain(`scope-policy lint ${file} tells how to fix each of them`);
  } else {
    const count = loaded.findings.length;
    const noun = count === 1 ? "finding" : "findings";
    screen.say(...findingsLines(loaded, loaded.findings, screen.columns), "", [
      styled("bold", file),
      `: ${count} ${noun}`,
    ]);
  }
}

const SINGULAR: Readonly<Record<keyof Counts, string>> = {
  scopes: "scope",
  tools: "tool",
  endpoints: "endpoint",
  patterns: "pattern",
  bundles: "bundle",
  denials: "denial",
};

/** Returns counts as text, such as `33 scopes, 1 tool, 0 endpoints`. Zeros are included, so that you notice a missing section. */
function countWords(counts: Counts): string {
  return (Object.keys(SINGULAR) as (keyof Counts)[])
    .map((key) => `${counts[key]} ${counts[key] === 1 ? SINGULAR[key] : key}`)
    .join(", ");
}
