import type { AccessToken } from "../../decision/access-token.js";
import type { Decision, DecisionCode } from "../../decision/decision.js";
import { isNotAssigned } from "../source/not-assigned.js";
import { type Line, styled } from "../terminal/output.js";
import { padTo, prose, widthOf } from "../terminal/visible.js";
import { shorten, wrap } from "../terminal/wrap.js";
import { type TokenScope, tokenScopeText } from "./describe-scopes.js";
import type { ExplanationText } from "./explain-decision.js";
import type { ExplainedCall } from "./question.js";
import type { Remedy } from "./remedies.js";

/** The explanation of one decision, complete. */
export interface Explanation {
  readonly question: ExplainedCall;
  readonly decision: Decision;
  readonly explained: ExplanationText;
  readonly remedy: Remedy;
  readonly held: readonly TokenScope[];
}

/** Returns a decision for people: the result, the reasons, what would change it, and the content of the token. */
export function explanationLines(answer: Explanation, columns: number): readonly Line[] {
  const { question, decision, explained } = answer;
  const { policy, token } = question;
  const flow = (line: string) => wrap(line, columns, "     ");
  const [headline = "", ...more] = flow(explained.headline);
  const verdict = decision.allowed ? "YES" : "NO";
  const edition = prose(`${policy.name}, version ${policy.version}.`);
  return [
    [
      styled("bold", styled(decision.allowed ? "green" : "red", verdict)),
      headline.slice(verdict.length),
    ],
    ...more,
    ...explained.why.flatMap((line) => flow(`  ${line}`)),
    ...matchLines(question).flatMap((line) => ["", ...flow(line)]),
    ...(decision.allowed
      ? []
      : [
          "",
          styled("bold", "What would change the decision"),
          ...changeLines(answer).flatMap(flow),
        ]),
    ...(token === undefined
      ? []
      : ["", styled("bold", "In the token"), ...tokenLines(token, answer, columns)]),
    "",
    styled("dim", `Decision code: ${decision.code}. ${edition}`),
  ];
}

function matchLines(question: ExplainedCall): readonly string[] {
  const branches = question.operation?.branches ?? [];
  const chosen = branches.map((branch) => `The branch of this call is: ${branch}.`);
  return [...entryLines(question), ...chosen];
}

function entryLines({ asked, operation }: ExplainedCall): readonly string[] {
  if (operation === undefined) return [];
  if (operation.matched) return [`The request ${asked} matches the endpoint ${operation.name}.`];
  if (operation.patterns.length === 0) return [];
  const rules =
    operation.patterns.length === 1
      ? `the pattern ${operation.patterns.join("")} applies`
      : `all of the patterns ${operation.patterns.join(" and ")} apply`;
  return [`${asked} has no entry of its own: ${rules}.`];
}

/** The advice for denials that no change of the token can fix. */
const UNFIXABLE_ADVICE: ReadonlyMap<DecisionCode, string> = new Map([
  ["denied", "Nothing: no scope and no tier allows it."],
  ["unknown_operation", "A call of a tool or an endpoint that the policy declares."],
  ["invalid_params", "A call with a safe value for this parameter."],
  [
    "invalid_token",
    "A token with a well-formed scope: one space between scopes, and a value for every placeholder.",
  ],
]);

/** The denials that consent alone cannot fix. */
const BEYOND_CONSENT: ReadonlySet<DecisionCode> = new Set<DecisionCode>([
  "insufficient_user_authentication",
  "upgrade_required",
  "account_type_required",
  "reserved_scope",
]);

function changeLines({ question, decision, remedy }: Explanation): readonly string[] {
  if (decision.code === "denied" && isNotAssigned(decision.reason)) {
    return ["  A rule for it in the policy, in place of its `deny`. No token opens it until then."];
  }
  const helpless = UNFIXABLE_ADVICE.get(decision.code);
  if (helpless !== undefined) return [`  ${helpless}`];
  if (remedy.steps.length === 0) return ["  No change of the token or the account."];
  const single = remedy.steps.length === 1;
  const steps = remedy.steps.map(
    ({ text }, index) => `  ${single ? "-" : `${index + 1}.`} ${text}`,
  );
  const consents = remedy.steps.some(({ code }) => code === "insufficient_scope");
  const isConsentUseless =
    question.token !== undefined && !consents && BEYOND_CONSENT.has(decision.code);
  return [
    ...steps,
    ...(remedy.token === undefined ? ["  Even then the call would be denied."] : []),
    ...(isConsentUseless ? ["  Requesting more scopes would not help."] : []),
  ];
}

function namesText(names: string | readonly string[] = []): string {
  return [names].flat().join(" and ") || "none";
}

const MAX_NAME_WIDTH = 40;
const MAX_LINE_LENGTH = 160;

function tokenLines(
  token: AccessToken,
  { question, held }: Explanation,
  columns: number,
): readonly string[] {
  const { tiers, definition } = question.compiled;
  const facts = [
    ...(token.tier !== undefined || tiers.length > 0 ? [`tier: ${token.tier ?? "none"}`] : []),
    ...(token.account_type !== undefined || definition.accountTypes !== undefined
      ? [`account type: ${namesText(token.account_type)}`]
      : []),
    ...(token.entitlements !== undefined || definition.entitlements !== undefined
      ? [`entitlements: ${namesText(token.entitlements)}`]
      : []),
    ...Object.entries(token.boundaries ?? {}).map(
      ([name, values]) => `${name}: ${namesText(values)}`,
    ),
    ...(token.acr === undefined ? [] : [`authenticated with: ${token.acr}`]),
    ...(token.auth_time === undefined ? [] : [`authenticated at: ${token.auth_time}`]),
    ...(token.first_party === true ? ["client: first-party"] : []),
    ...(token.approvedScopes === undefined
      ? []
      : [`approved for: ${token.approvedScopes.join(" ")}`]),
  ];
  const names = held.map(({ text }) => prose(text));
  const width = Math.min(Math.max(0, ...names.map(widthOf)), MAX_NAME_WIDTH);
  const indent = " ".repeat(width + 4);
  const scopes = held.flatMap((one, index) => {
    const words = shorten(tokenScopeText(one), MAX_LINE_LENGTH);
    return wrap(`  ${padTo(names[index] as string, width)}  ${words}`, columns, indent);
  });
  return [
    ...(scopes.length === 0 ? ["  no scopes"] : scopes),
    ...(facts.length === 0 ? [] : [prose(`  (${facts.join(", ")})`)]),
  ];
}
