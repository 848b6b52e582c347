import * as z from "zod/mini";
import { UsageError } from "../terminal/io.js";

/** Returns a text of an input, with its description for the model. */
const text = (description: string) => z.string().check(z.minLength(1), z.describe(description));
const texts = (description: string) =>
  z.array(z.string()).check(z.minLength(1), z.describe(description));

/** The file of a policy. */
export const file = text(
  "Path of a policy (.json), relative to the folder of the server. Modules (.ts, .js …) are read only if the server was started with --allow-modules.",
);

/** An account for which a question is answered. */
export const account = {
  tier: z.optional(text("The tier of the account.")),
  accountTypes: z.optional(texts("The types of the account.")),
  entitlements: z.optional(texts("The entitlements of the account.")),
};

/** Values of parameters by name. */
export const params = z.optional(
  z
    .record(z.string().check(z.regex(/^[^=]+$/)), z.union([z.string(), z.number(), z.boolean()]))
    .check(z.describe("Values of parameters of the call, by name.")),
);

/** The rest of a token. */
export const token = {
  scope: z.optional(
    z.string().check(z.describe("The scopes in the token, separated by one space. Default: none.")),
  ),
  acr: z.optional(text("The authentication context class in the token.")),
  authAge: z.optional(
    z.int().check(z.nonnegative(), z.describe("Seconds since the user authenticated.")),
  ),
  firstParty: z.optional(
    z.boolean().check(z.describe("Whether the client is a first-party client.")),
  ),
  approvedScopes: z.optional(
    text("The restricted scopes that the client is approved for, separated by one space."),
  ),
  boundaries: z.optional(
    z
      .record(z.string().check(z.regex(/^[^=]+$/)), z.array(z.string()))
      .check(z.describe("The values of each boundary in the token.")),
  ),
  noToken: z.optional(
    z
      .boolean()
      .check(
        z.describe("true: the call carries no token. Not combined with other facts of a token."),
      ),
  ),
};

const ids = z.optional(z.record(z.string(), z.string()));

/** The steps of a program, for a plan of tokens. */
export const planSteps = z.optional(
  z
    .array(
      z.strictObject({
        operation: z.string(),
        params: ids.check(
          z.describe("For each parameter: your name for the id that is its value."),
        ),
        returns: ids.check(z.describe("For each id in the response: your name for it.")),
      }),
    )
    .check(z.minLength(1), z.describe("The calls of a program, in order.")),
);

/**
 * Checks that a plan is asked either for operations or for the steps of a program. The command would name its options, which the input
 * does not have.
 *
 * @throws {@link UsageError} for both, and for neither
 */
export function checkPlan({ steps, operations = [], held, params }: Pairs & PlanInput): void {
  if (steps === undefined && operations.length === 0)
    throw new UsageError("give `operations` or `steps`");
  const others = Object.entries({ operations: operations[0], held, params });
  const given = others.flatMap(([name, value]) => (value === undefined ? [] : [`\`${name}\``]));
  if (steps !== undefined && given.length > 0)
    throw new UsageError(`\`steps\` cannot be combined with ${given.join(" and ")}`);
}

interface PlanInput {
  readonly operations?: readonly string[] | undefined;
}

type Pairs = Readonly<Record<string, unknown>>;

/** Returns members as `name=value` texts, the form of a repeatable option. */
export function pairsOf(members: Pairs = {}): readonly string[] {
  return Object.entries(members).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}=${String(value)}`),
  );
}

/** Returns the options of an account. */
export function accountOptions(given: {
  readonly tier?: string | undefined;
  readonly accountTypes?: readonly string[] | undefined;
  readonly entitlements?: readonly string[] | undefined;
}): Pairs {
  const { tier, accountTypes, entitlements } = given;
  return { tier, accountType: accountTypes, entitlement: entitlements };
}
