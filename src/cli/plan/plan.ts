import type { Command } from "commander";
import { leastPrivilege } from "../../analysis/least-privilege.js";
import { tokenPlan } from "../../analysis/token-plan.js";
import type { AccessToken } from "../../decision/access-token.js";
import type { Policy } from "../../decision/define-policy.js";
import { PolicyError } from "../../errors.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import { type CliCommand, policyOrFindings, type RunContext, textOption } from "../command.js";
import { checkConditions, collect, readPairs, readToken } from "../explain/asked-token.js";
import { EXIT, type ExitCode, UsageError } from "../terminal/io.js";
import { namedCalls } from "./named-calls.js";
import { planLines } from "./plan-text.js";
import { type ProgramSteps, readSteps } from "./steps.js";
import { tokenPlanLines } from "./token-plan-text.js";

type Options = Readonly<Record<string, unknown>>;

const EXAMPLE = `
The account has no tier, type or entitlement unless you name it. Reserved scopes are never asked for.
Exit code: 0 all operations can be reached, 3 one of them cannot.

Example:
  scope-policy plan policy.json list_courses "PUT /courses/{id}" --held openid --tier pro
`;

/** The command `plan FILE OPERATION...`: prints the least scope that opens operations, or the tokens that a program requests. */
export const plan: CliCommand = {
  name: "plan",
  summary: "the least scope to ask for, so that a client can call some operations",
  shape: (command) =>
    addTokenOptions(
      command
        .argument("<file>", "a policy")
        .argument("[operation...]", "tools, endpoints by their names, or requests")
        .option("--held <scopes>", "the scope that the client already has, separated by spaces")
        .option("--tier <tier>", "the tier of the account")
        .option("--account-type <type>", "a type of the account; repeatable", collect)
        .option("--entitlement <name>", "an entitlement of the account; repeatable", collect)
        .option("--param <name=value>", "a parameter of the calls; repeatable", collect),
    ).addHelpText("after", EXAMPLE),
  run: async ([file, operations], options, run) => {
    const steps = await stepsOf(options, operations as readonly string[], run);
    const token: Partial<AccessToken> =
      readToken(options, ["held", "tier", "accountType", "entitlement"]) ?? {};
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    checkConditions(token, compiledPolicyOf(policy));
    const { tier, account_type: accountType, entitlements } = token;
    const account = {
      ...(tier !== undefined && { tier }),
      ...(accountType !== undefined && { accountType }),
      ...(entitlements !== undefined && { entitlements }),
    };
    const held = textOption(options, "held") ?? "";
    return withoutPolicyErrors(() =>
      steps === undefined
        ? planScope(policy, operations as readonly string[], { ...account, held }, options, run)
        : planTokens(policy, steps, account, run),
    );
  },
};

function addTokenOptions(command: Command): Command {
  return command
    .option(
      "--tokens <file>",
      "the steps of a program, in JSON: prints which tokens it requests, in order",
    )
    .option(
      "--known <id=value>",
      "with --tokens: an id that is known from the start; repeatable",
      collect,
    )
    .option("--max-scopes <number>", "with --tokens: maximum number of scopes of one request")
    .option("--max-length <number>", "with --tokens: maximum number of characters of one request");
}

/** Returns the steps of the program; `undefined` for a question about operations. */
async function stepsOf(
  options: Options,
  operations: readonly string[],
  { screen }: RunContext,
): Promise<ProgramSteps | undefined> {
  const steps = await readSteps(options, screen.cwd);
  if (steps === undefined && operations.length === 0) {
    throw new UsageError("name at least one operation, or give --tokens");
  }
  const unused = ["held", "param"].filter((name) => options[name] !== undefined);
  if (steps !== undefined && (operations.length > 0 || unused.length > 0)) {
    const what = operations.length > 0 ? "operations" : `--${unused.join(" and --")}`;
    throw new UsageError(`--tokens cannot be combined with ${what}`);
  }
  return steps;
}

type AccountAndHeld = NonNullable<Parameters<typeof leastPrivilege>[2]>;

function planScope(
  policy: Policy,
  operations: readonly string[],
  account: AccountAndHeld,
  options: Options,
  { screen, json }: RunContext,
): ExitCode {
  const given = Object.fromEntries(readPairs(options["param"] ?? [], "--param", "name=value"));
  const { names, params } = namedCalls(policy, operations, given);
  const planned = leastPrivilege(policy, names, { ...account, params });
  if (json) screen.sayJson({ operations: names, ...planned });
  else
    screen.say(
      ...planLines({ policy, names, planned, held: String(account.held) }, screen.columns),
    );
  return planned.unreachable.length === 0 ? EXIT.fine : EXIT.denied;
}

function planTokens(
  policy: Policy,
  { steps, limits }: ProgramSteps,
  account: object,
  { screen, json }: RunContext,
): ExitCode {
  const planned = tokenPlan(policy, steps, { ...account, ...limits });
  if (json) screen.sayJson(planned);
  else screen.say(...tokenPlanLines(planned, compiledPolicyOf(policy), screen.columns));
  return planned.unreachable.length === 0 ? EXIT.fine : EXIT.denied;
}

/** Runs a question, and reports invalid options and steps as an error of usage. */
function withoutPolicyErrors<Value>(ask: () => Value): Value {
  try {
    return ask();
  } catch (error) {
    if (error instanceof PolicyError) throw new UsageError(lineOf(error), { cause: error });
    throw error;
  }
}

/** Returns the message of an error in one line: what it is about, then its findings. */
function lineOf({ message }: PolicyError): string {
  const [about, ...findings] = message.split(/\n\s*/);
  return findings.length === 0 ? message : `${about}: ${findings.join("; ")}`;
}
