import type { AccessToken } from "../../decision/access-token.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { declaredNames } from "../../policy/suggest.js";
import { type CliCommand, policyOrFindings, textOption } from "../command.js";
import { EXIT, UsageError } from "../terminal/io.js";
import { describeTokenScopes } from "./describe-scopes.js";
import { explainDecision } from "./explain-decision.js";
import { type Explanation, explanationLines } from "./explain-text.js";
import { decideOn, findCall, whyUnknown } from "./question.js";
import { remedyFor } from "./remedies.js";

type Options = Readonly<Record<string, unknown>>;

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
    const token = readToken(options);
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

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function readPairs(
  given: unknown,
  option: string,
  form: string,
): readonly (readonly [key: string, value: string])[] {
  return (given as readonly string[]).map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`${option} \`${text}\`: expected ${form}`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
}

/** Returns the values of boundaries by name; `undefined` without any. */
function readBoundaries(given: unknown): AccessToken["boundaries"] {
  if (given === undefined) return undefined;
  const boundaries = new Map<string, readonly string[]>();
  for (const [name, value] of readPairs(given, "--boundary", "name=value")) {
    boundaries.set(name, [...(boundaries.get(name) ?? []), value]);
  }
  return Object.fromEntries(boundaries);
}

const TOKEN_OPTIONS = [
  "scope",
  "tier",
  "accountType",
  "entitlement",
  "boundary",
  "acr",
  "authAge",
  "firstParty",
  "approvedScopes",
];

function readToken(options: Options): AccessToken | undefined {
  if (options["token"] === false) {
    const extra = TOKEN_OPTIONS.find((name) => options[name] !== undefined);
    if (extra === undefined) return undefined;
    throw new UsageError(
      "--no-token cannot be combined with --scope, --tier, --account-type, --entitlement, --boundary, --acr, --auth-age, --first-party or --approved-scopes",
    );
  }
  const tier = textOption(options, "tier");
  const types = options["accountType"] as readonly string[] | undefined;
  const account_type = types?.length === 1 ? types[0] : types;
  const acr = textOption(options, "acr");
  const authTime = readAuthTime(textOption(options, "authAge"));
  const entitlements = options["entitlement"] as readonly string[] | undefined;
  const approved = textOption(options, "approvedScopes");
  const boundaries = readBoundaries(options["boundary"]);
  return {
    scope: textOption(options, "scope") ?? "",
    ...(tier === undefined ? {} : { tier }),
    ...(account_type === undefined ? {} : { account_type }),
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    ...(entitlements === undefined ? {} : { entitlements }),
    ...(boundaries === undefined ? {} : { boundaries }),
    ...(options["firstParty"] === true ? { first_party: true } : {}),
    ...(approved === undefined ? {} : { approvedScopes: approved.split(" ") }),
  };
}

function readAuthTime(age: string | undefined): number | undefined {
  if (age === undefined) return undefined;
  const seconds = Number(age);
  if (!/^\d{1,10}$/.test(age)) throw new UsageError(`--auth-age \`${age}\`: expected seconds`);
  return Math.floor(Date.now() / 1_000) - seconds;
}

/**
 * Checks the tier, the account type, the entitlements and the boundaries of a token.
 *
 * @throws {@link UsageError} for a name that the policy does not declare
 */
function checkConditions(
  { tier, account_type, entitlements = [], boundaries = {} }: Partial<AccessToken>,
  { tierRank, definition }: CompiledPolicy,
): void {
  const accountTypes = new Set(definition.accountTypes);
  if (tier !== undefined && !tierRank.has(tier)) {
    throw new UsageError(`unknown tier \`${tier}\`; ${declaredNames("tiers", tierRank)}`);
  }
  for (const type of [account_type ?? []].flat()) {
    if (accountTypes.has(type)) continue;
    const declared = declaredNames("account types", accountTypes);
    throw new UsageError(`unknown account type \`${type}\`; ${declared}`);
  }
  const known = new Set(definition.entitlements);
  for (const name of entitlements) {
    if (known.has(name)) continue;
    throw new UsageError(
      `unknown entitlement \`${name}\`; ${declaredNames("entitlements", known)}`,
    );
  }
  const declared = new Set(Object.keys(definition.boundaries ?? {}));
  for (const name of Object.keys(boundaries)) {
    if (declared.has(name)) continue;
    throw new UsageError(`unknown boundary \`${name}\`; ${declaredNames("boundaries", declared)}`);
  }
}

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
