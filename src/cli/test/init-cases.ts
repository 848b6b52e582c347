import { basename, dirname, extname, relative, resolve } from "node:path";
import { policyOrFindings, type RunContext } from "../command.js";
import { yamlText } from "../export/document-text.js";
import { writeNewFiles } from "../init/write-files.js";
import { EXIT, type ExitCode } from "../terminal/io.js";
import { draftCasesOf } from "./draft-cases.js";

/** Returns the name of the file of cases beside a policy: `policy.cases.yaml`. */
function caseFileFor(policyFile: string): string {
  return `${policyFile.slice(0, policyFile.length - extname(policyFile).length)}.cases.yaml`;
}

/** Writes cases for a policy into a new file, each with the code that the policy decides today. */
export async function initCases(
  policyFile: string,
  target: string | undefined,
  run: RunContext,
): Promise<ExitCode> {
  const { screen, json } = run;
  const policy = await policyOrFindings(policyFile, run);
  if (policy === undefined) return EXIT.findings;
  const file = target ?? caseFileFor(policyFile);
  const path = resolve(screen.cwd, file);
  const cases = draftCasesOf(policy);
  const data = { policy: pathBetween(dirname(path), resolve(screen.cwd, policyFile)), cases };
  const text = HEAD + (await yamlText(data));
  await writeNewFiles(dirname(path), [{ name: basename(path), text }]);
  const next = `scope-policy test ${file}`;
  if (json) screen.sayJson({ ok: true, written: file, cases: cases.length, next });
  else screen.say(`wrote ${file}: ${cases.length} cases to review`, "", "Next", `  npx ${next}`);
  return EXIT.fine;
}

const HEAD = `# Written from the policy: each case expects what the policy decides today, right or wrong.
# Review each case: is this what you want? Then remove these lines.
`;

/** Returns a path from a folder with `/`, as a file of cases has it. */
function pathBetween(folder: string, path: string): string {
  const way = relative(folder, path).replaceAll("\\", "/");
  return way.startsWith("../") ? way : `./${way}`;
}
