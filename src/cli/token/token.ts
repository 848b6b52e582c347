import { type CheckResult, type Inspection, inspectToken } from "../../verify/inspect-token.js";
import type { CliCommand } from "../command.js";
import { EXIT, type ExitCode, UsageError } from "../terminal/io.js";
import { type Line, styled } from "../terminal/output.js";
import { padTo } from "../terminal/visible.js";
import { explainingFetch } from "./explain-outage.js";
import { tokenOptions } from "./token-options.js";

const EXAMPLE = `
Example:
  scope-policy token "$JWT" --issuer https://auth.example.com --audience https://api.example.com

The token comes from standard input with \`-\`. It is never printed, and sent to no server.
Exit codes: 0 the verifier accepts the token, 1 it rejects the token, 2 wrong usage or no keys.
`;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** The command `token TOKEN`: makes each check of `jwtVerifier` and prints what it saw, and which option would accept the token. */
export const token: CliCommand = {
  name: "token",
  summary: "each check of a signed access token, and which option would accept it",
  shape: (command) =>
    command
      .argument("<token>", "the token, or - to read it from standard input")
      .requiredOption("--issuer <url>", "the issuer of the tokens")
      .requiredOption("--audience <text>", "an identifier of the API; repeatable", collect)
      .option("--audience-claim <name>", "the claim that names it: aud, client_id or azp")
      .option(
        "--jwks <source>",
        "the key set: a file or a URL; default: from the issuer's metadata",
      )
      .option(
        "--algorithm <name>",
        "an accepted algorithm; repeatable; default: each with a public key",
        collect,
      )
      .option("--profile <name>", "rfc9068 or lenient")
      .option(
        "--scope-claim <claim>",
        "the claim with the scope: a name, or a path or alternatives as JSON",
      )
      .option("--clock-tolerance <seconds>", "accepted difference of clocks")
      .option("--max-token-age <seconds>", "maximum age of the token")
      .option("--dangerously-ignore-confirmation", "accept tokens that are bound to a key")
      .addHelpText("after", EXAMPLE),
  run: async ([given], flags, { screen, json, stdin }) => {
    const { options, keysFault } = await tokenOptions(flags, screen.cwd);
    const rawToken = (given === "-" ? await readInput(stdin) : String(given)).trim();
    const { fetch, explain } = explainingFetch();
    const inspected = await inspectToken(rawToken, { ...options, fetch }, keysFault, explain);
    const inspection = withPasteFault(rawToken, inspected);
    const code = exitCodeOf(inspection);
    if (json) screen.sayJson(jsonOf(inspection));
    else screen.say(...linesOf(inspection));
    return code;
  },
};

async function readInput(stdin: (() => Promise<string>) | undefined): Promise<string> {
  if (stdin === undefined) throw new UsageError("there is no standard input");
  return stdin();
}

/** What a text is that was pasted with more than the token, or without it, and what to do. */
const PASTE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^$/, "the token is empty: is the variable set, or the input a file with a token?"],
  [
    /^(?:Authorization:\s*)?Bearer\b/i,
    "the text starts with `Bearer`: give only the token after it",
  ],
  [
    /^["'`\u2018-\u201f]|["'`\u2018-\u201f]$/,
    "the token is in quotation marks: give it without them",
  ],
];

/** Replaces the detail of a text that is not a token by what was pasted wrong, if that is known. */
function withPasteFault(rawToken: string, inspection: Inspection): Inspection {
  const [first] = inspection.checks;
  const detail = PASTE_FAULTS.find(([pattern]) => pattern.test(rawToken))?.[1];
  return first?.result === "failed" && detail !== undefined
    ? { checks: [{ ...first, detail }] }
    : inspection;
}

/** Returns the exit code: a failed check decides, and without one a check that was not made. */
function exitCodeOf({ checks }: Inspection): ExitCode {
  if (checks.some(({ result }) => result === "failed")) return EXIT.findings;
  return checks.every(({ result }) => result === "passed") ? EXIT.fine : EXIT.usage;
}

function jsonOf({ checks, token: accepted }: Inspection): object {
  return { accepted: accepted !== undefined, ...(accepted && { scope: accepted.scope }), checks };
}

const MARKS = { passed: "ok", failed: "FAIL", "not checked": "?" } as const;

function linesOf({ checks, token: accepted }: Inspection): readonly Line[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return [headOf(checks, accepted !== undefined), ...checks.map((check) => lineOf(check, width))];
}

function headOf(checks: readonly CheckResult[], isAccepted: boolean): Line {
  if (isAccepted) return [styled("green", "YES"), ": the verifier accepts the token."];
  const failed = checks.filter(({ result }) => result === "failed").length;
  const count = failed === 1 ? "1 check fails" : `${failed} checks fail`;
  return failed === 0
    ? [styled("red", "?"), ": the verifier cannot decide, since a check could not be made."]
    : [styled("red", "NO"), `: the verifier rejects the token: ${count}.`];
}

function lineOf({ name, result, detail }: CheckResult, width: number): Line {
  const mark = padTo(MARKS[result], 4);
  const shown = result === "passed" ? styled("green", mark) : styled("red", mark);
  return ["  ", shown, "  ", padTo(name, width), "  ", detail];
}
