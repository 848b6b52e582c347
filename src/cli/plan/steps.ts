import type { PlanStep, TokenPlanOptions } from "../../analysis/token-plan.js";
import { textOption } from "../command.js";
import { readPairs } from "../explain/asked-token.js";
import { readTextFile } from "../read-text-file.js";
import { UsageError } from "../terminal/io.js";

type Options = Readonly<Record<string, unknown>>;

/** The steps of a program, and the options of their plan. */
export interface ProgramSteps {
  /** As read: `tokenPlan` checks them. */
  readonly steps: readonly PlanStep[];
  readonly limits: Pick<TokenPlanOptions, "known" | "maxScopes" | "maxLength">;
}

/**
 * Returns the steps that the options name; `undefined` without them. `steps` has the steps themselves, `tokens` a file.
 *
 * @throws {@link UsageError} for a file that cannot be read or that is not JSON, and for options without steps
 */
export async function readSteps(options: Options, cwd: string): Promise<ProgramSteps | undefined> {
  const file = textOption(options, "tokens");
  const limits = limitsOf(options);
  if (file === undefined && options["steps"] === undefined) {
    const [first] = Object.keys(limits);
    if (first === undefined) return undefined;
    throw new UsageError("--known, --max-scopes and --max-length require --tokens");
  }
  const steps = file === undefined ? options["steps"] : await readJson(file, cwd);
  return { steps: steps as readonly PlanStep[], limits };
}

function limitsOf(options: Options): ProgramSteps["limits"] {
  const { known, maxScopes, maxLength } = options;
  return {
    ...(known !== undefined && {
      known: Object.fromEntries(readPairs(known, "--known", "id=value")),
    }),
    ...(maxScopes !== undefined && { maxScopes: Number(maxScopes) }),
    ...(maxLength !== undefined && { maxLength: Number(maxLength) }),
  };
}

async function readJson(file: string, cwd: string): Promise<unknown> {
  const text = await readTextFile(file, cwd);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`cannot read \`${file}\`: it is not JSON`, { cause: error });
  }
}
