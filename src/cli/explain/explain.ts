import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import { type CliCommand, policyOrFindings } from "../command.js";
import { EXIT } from "../terminal/io.js";
import { checkConditions, collect, readPairs, readToken, TOKEN_OPTIONS } from "./asked-token.js";
import { describeTokenScopes } from "./describe-scopes.js";
import { explainDecision } from "./explain-decision.js";
import { type Explanation, explanationLines } from "./explain-text.js";
import { decideOn, findCall, whyUnknown } from "./question.js";
import { remedyFor } from "./remedies.js";

/** The command `explain FILE TOOL`: prints one decision, the reasons, and what would change it, for readers without knowledge of OAuth. */
export const explain: CliCommand = {
  name: "explain",
  summary: "the decision on one call, the reasons, and what would change it",
  shape: (command) =>
    command
      .argument("<file>", "a policy")
      .argument("<tool>", 'a tool, an endpoint by its name, or a request: "GET /v1/projects/42"')
      .option("--scope <scopes>", "the scopes in the token, separated by spaces")
      .option("--tier <tier>", "the tier of the account")
      .option("--account-type <type>", "a type of the account; repeatable", collect)
      .option("--entitlement <name>", "an entitlement of the account; repeatable", collect)
      .option("--boundary <name=value>", "a value of a boundary in the token; repeatable", collect)
      .option("--acr <class>", "the authentication context class in the token")
      .option("--auth-age <seconds>", "the seconds since the user authenticated")
      .option("--param <key=value>", "a parameter of the call; repeatable", collect, [])
      .option("--first-party", "the client is a first-party client")
      .option("--approved-scopes <scopes>", "the restricted scopes that the client is approved for")
      .option("--no-token", "the call carries no token")
      .addHelpText(
        "after",
        '\nWithout --scope the token contains no scopes. Exit code: 0 allowed, 3 denied.\n\nExample:\n  scope-policy explain policy.json update_class --scope "mcp:tools write:classes" --tier free\n',
      ),
  run: async ([file, tool], options, run) => {
    const params = Object.fromEntries(readPairs(options["param"], "--param", "key=value"));
    const token = readToken(options, TOKEN_OPTIONS);
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    checkConditions(token ?? {}, compiledPolicyOf(policy));
    const question = findCall(policy, String(tool), params, token);
    const decision = decideOn(question, token);
    const answer: Explanation = {
      question,
      decision,
      explained: explainDecision(question, decision),
      remedy: remedyFor(question, decision),
      held: token === undefined ? [] : describeTokenScopes(question.compiled, token),
    };
    if (run.json) run.screen.sayJson(explanationJson(answer));
    else run.screen.say(...explanationLines(answer, run.screen.columns));
    return decision.allowed ? EXIT.fine : EXIT.denied;
  },
};

function explanationJson({ question, decision, explained, remedy, held }: Explanation): object {
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
