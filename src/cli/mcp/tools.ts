import * as z from "zod/mini";
import { LINT_PROVIDERS } from "../../analysis/lint/lint-options.js";
import { check } from "../check.js";
import { diff } from "../diff/diff.js";
import { explain } from "../explain/explain.js";
import { lint } from "../lint/lint.js";
import { plan } from "../plan/plan.js";
import { EXIT } from "../terminal/io.js";
import {
  account,
  accountOptions,
  checkPlan,
  file,
  pairsOf,
  params,
  planSteps,
  token,
} from "./inputs.js";
import { commandTool } from "./tool.js";

/** The tools of the server. Each runs a command. */
export const TOOLS = [
  commandTool({
    name: "check",
    title: "Check policies",
    description:
      "Checks policies. Returns every finding with its line, column, message and suggestion, and warnings. Run it after each change of a policy.",
    input: { files: z.array(file).check(z.minLength(1), z.describe("The policies to check.")) },
    command: check,
    answers: [EXIT.fine, EXIT.findings],
    call: ({ files }) => ({ args: [files], options: {} }),
  }),
  commandTool({
    name: "diff",
    title: "Compare two policies",
    description:
      "Returns what a change of a policy does: the operations that become wider, narrower or different, each with a token that shows it, the changes of scopes, and the step of the version. Keep a copy of the policy before you change it.",
    input: {
      before: file.check(z.describe("The policy before the change.")),
      after: file.check(z.describe("The policy after the change.")),
    },
    command: diff,
    call: ({ before, after }) => ({ args: [before, after], options: {} }),
  }),
  commandTool({
    name: "explain",
    title: "Explain a decision",
    description:
      "Explains the decision of a policy on one call with one token: whether the call is allowed, why, and what would change the decision.",
    input: {
      file,
      operation: z
        .string()
        .check(
          z.minLength(1),
          z.describe(
            'A tool, an endpoint by its name, or a request such as "GET /v1/projects/42".',
          ),
        ),
      params,
      ...token,
      ...account,
    },
    command: explain,
    answers: [EXIT.fine, EXIT.denied],
    call: ({ file, operation, ...given }) => ({
      args: [file, operation],
      options: {
        ...accountOptions(given),
        scope: given.scope,
        acr: given.acr,
        authAge: given.authAge?.toString(),
        firstParty: given.firstParty === true ? true : undefined,
        approvedScopes: given.approvedScopes,
        boundary: given.boundaries && pairsOf(given.boundaries),
        param: pairsOf(given.params),
        token: given.noToken !== true,
      },
    }),
  }),
  commandTool({
    name: "lint",
    title: "Lint a policy",
    description:
      "Returns what is probably not meant in a valid policy, each with its place, a fix and a page of the guides.",
    input: {
      file,
      provider: z.optional(
        z.enum(LINT_PROVIDERS).check(z.describe("Checks the names of scopes for this provider.")),
      ),
      tools: z.optional(
        z
          .array(z.string())
          .check(z.describe("The tools of the server, to find patterns that match none of them.")),
      ),
    },
    command: lint,
    answers: [EXIT.fine, EXIT.findings],
    call: ({ file, provider, tools }) => ({
      args: [file],
      options: { for: provider, tool: tools },
    }),
  }),
  commandTool({
    name: "plan",
    title: "Plan scopes",
    description:
      "Returns the least scope that a client must ask for, so that it can call all of some operations. With `steps` in place of `operations`: which tokens a program requests, in order, where a scope contains an id that an earlier call returns.",
    input: {
      file,
      operations: z.optional(
        z
          .array(z.string().check(z.minLength(1)))
          .check(z.describe("Tools, endpoints by their names, or requests.")),
      ),
      held: z.optional(z.string().check(z.describe("The scope that the client already has."))),
      params,
      steps: planSteps,
      ...account,
    },
    command: plan,
    answers: [EXIT.fine, EXIT.denied],
    call: (input) => {
      checkPlan(input);
      const { file, operations = [], held, params, steps } = input;
      const param = params && pairsOf(params);
      return {
        args: [file, operations],
        options: { ...accountOptions(input), held, param, steps },
      };
    },
  }),
] as const;
