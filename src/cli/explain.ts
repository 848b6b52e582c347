import type { AccessToken } from "../decision/access-token.js";
import { type CliCommand, policyOrFindings, textOption } from "./command.js";
import { type Answer, answerLines } from "./explain-text.js";
import { explainDecision } from "./explain-words.js";
import { heldScopes } from "./held-words.js";
import { EXIT, UsageError } from "./io.js";
import { askAbout, decideOn, whyUnknown } from "./question.js";
import { remedyFor } from "./remedies.js";

type Options = Readonly<Record<string, unknown>>;

/** `explain FILE TOOL`: one decision, why, and what would change it, for people who know nothing of OAuth. */
export const explain: CliCommand = {
  name: "explain",
  summary: "what the policy says of one call, why, and what would change it",
  shape: (command) =>
    command
      .argument("<file>", "a policy")
      .argument("<tool>", 'a tool, an endpoint by its name, or a request: "GET /v1/projects/42"')
      .option("--scope <scopes>", "what the token holds, with a space between two")
      .option("--tier <tier>", "the plan of the account")
      .option("--account-type <type>", "the kind of account")
      .option("--param <key=value>", "a parameter of the call; once for each", collect, [])
      .option("--first-party", "the app is the provider's own")
      .option("--no-token", "the call comes without a token")
      .addHelpText(
        "after",
        '\nWithout --scope the token holds nothing. Exit code: 0 allowed, 3 refused.\n\nExample:\n  scope-policy explain policy.json update_class --scope "mcp:tools write:classes" --tier free\n',
      ),
  run: async ([file, tool], options, run) => {
    const params = readParams(options["param"]);
    const token = readToken(options);
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    const question = askAbout(policy, String(tool), params, token);
    const decision = decideOn(question, token);
    const answer: Answer = {
      question,
      decision,
      explained: explainDecision(question, decision),
      remedy: remedyFor(question, decision),
      held: token === undefined ? [] : heldScopes(question.compiled, token),
    };
    if (run.json) run.screen.sayJson(answerJson(answer));
    else run.screen.say(...answerLines(answer, run.screen.columns));
    return decision.allowed ? EXIT.fine : EXIT.denied;
  },
};

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

function readParams(given: unknown): Readonly<Record<string, string>> {
  const pairs = (given as readonly string[]).map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`--param \`${text}\`: expected key=value`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

const ABOUT_THE_TOKEN = ["scope", "tier", "accountType", "firstParty"];

function readToken(options: Options): AccessToken | undefined {
  if (options["token"] === false) {
    const extra = ABOUT_THE_TOKEN.find((name) => options[name] !== undefined);
    if (extra === undefined) return undefined;
    throw new UsageError(
      "--no-token goes with none of --scope, --tier, --account-type, --first-party",
    );
  }
  const tier = textOption(options, "tier");
  const account_type = textOption(options, "accountType");
  return {
    scope: textOption(options, "scope") ?? "",
    ...(tier === undefined ? {} : { tier }),
    ...(account_type === undefined ? {} : { account_type }),
    ...(options["firstParty"] === true ? { first_party: true } : {}),
  };
}

function answerJson({ question, decision, explained, remedy, held }: Answer): object {
  const { policy, asked, operation, params, token } = question;
  const meant = operation === undefined ? whyUnknown(question).meant : undefined;
  return {
    policy: { name: policy.name, version: policy.version },
    asked,
    operation: operation ?? null,
    params,
    token: token ?? null,
    decision,
    ...explained,
    ...(meant === undefined ? {} : { suggestion: meant }),
    changes: remedy.steps,
    allowedAfterChanges: remedy.token !== undefined,
    held,
  };
}
