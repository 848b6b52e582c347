import { InvalidArgumentError, Option } from "commander";
import { LINT_PROVIDERS, type LintOptions } from "../../analysis/lint/lint-options.js";
import { TRUSTABLE_CLAIMS } from "../../policy/trustable-claims.js";
import { type CliCommand, loadedOrFindings } from "../command.js";
import { collect } from "../explain/asked-token.js";
import { findingsJson, findingsLines } from "../policy-file/findings-text.js";
import { EXIT } from "../terminal/io.js";
import { type Line, styled } from "../terminal/output.js";
import { lintMarkdown } from "./lint-markdown.js";
import { lintFile } from "./located-lint.js";

const FORMATS = ["text", "markdown"] as const;

/** The command `lint FILE`: prints what is probably not meant in a valid policy, each with its position and a fix. */
export const lint: CliCommand = {
  name: "lint",
  summary: "what is probably not meant in a valid policy, each with position and fix",
  shape: (command) =>
    command
      .argument("<file>", "a policy")
      .addOption(
        new Option("--for <provider>", "check the names of scopes for a provider").choices(
          LINT_PROVIDERS,
        ),
      )
      .option(
        "--tool <name>",
        "a tool of the server, to find patterns without one; repeatable",
        collect,
      )
      .addOption(
        new Option(
          "--trust-claim <name>",
          "a claim that the authorizer trusts; repeatable",
        ).argParser(collectClaim),
      )
      .addOption(new Option("--format <format>", "output format").choices(FORMATS).default("text"))
      .addHelpText(
        "after",
        "\nExit code: 0 without findings, 1 with findings.\n\nExample:\n  scope-policy lint policy.json --for keycloak\n",
      ),
  run: async ([argument], options, run) => {
    const file = String(argument);
    const loaded = await loadedOrFindings(file, run);
    if (loaded === undefined) return EXIT.findings;
    const findings = lintFile(loaded, lintOptions(options));
    const isFine = findings.length === 0;
    const { screen } = run;
    if (run.json) screen.sayJson({ ok: isFine, file, findings: findingsJson(findings) });
    else if (options["format"] === "markdown")
      screen.write({ kind: "document", text: lintMarkdown(file, findings) });
    else if (isFine) screen.say([styled("green", "ok"), "  ", styled("bold", file)]);
    else {
      const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
      const total: Line = [
        styled("bold", file),
        `: ${count}. docs/lint.md of the package describes each code`,
      ];
      screen.say(...findingsLines(loaded, findings, screen.columns), "", total);
    }
    return isFine ? EXIT.fine : EXIT.findings;
  },
};

/** Returns the claims of a repeatable option. */
function collectClaim(value: string, earlier?: readonly string[]): readonly string[] {
  if (TRUSTABLE_CLAIMS.some((known) => known === value)) return collect(value, earlier);
  throw new InvalidArgumentError(`Allowed choices are ${TRUSTABLE_CLAIMS.join(", ")}.`);
}

/** Returns the options of `lintPolicy`; commander has checked the names. */
function lintOptions(options: Readonly<Record<string, unknown>>): LintOptions {
  const given = { for: options["for"], tools: options["tool"], trustClaims: options["trustClaim"] };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
