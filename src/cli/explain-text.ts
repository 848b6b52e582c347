import type { AccessToken } from "../decision/access-token.js";
import type { Decision, DecisionCode } from "../decision/decision.js";
import type { Explained } from "./explain-words.js";
import { type HeldScope, heldWords } from "./held-words.js";
import { type Line, styled } from "./output.js";
import type { Question } from "./question.js";
import type { Remedy } from "./remedies.js";
import { padTo, prose, widthOf } from "./visible.js";
import { shorten, wrap } from "./wrap.js";

/** The explanation of one decision, complete. */
export interface Answer {
  readonly question: Question;
  readonly decision: Decision;
  readonly explained: Explained;
  readonly remedy: Remedy;
  readonly held: readonly HeldScope[];
}

/** Returns a decision for people: the result, the reasons, what would change it, and the content of the token. */
export function answerLines(answer: Answer, columns: number): readonly Line[] {
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
    ...foundLines(question).flatMap((line) => ["", ...flow(line)]),
    ...(decision.allowed
      ? []
      : [
          "",
          styled("bold", "What would change the decision"),
          ...changeLines(answer).flatMap(flow),
        ]),
    ...(token === undefined
      ? []
      : ["", styled("bold", "In the token"), ...heldLines(token, answer, columns)]),
    "",
    styled("dim", `Decision code: ${decision.code}. ${edition}`),
  ];
}

function foundLines({ asked, operation }: Question): readonly string[] {
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
const HELPLESS: ReadonlyMap<DecisionCode, string> = new Map([
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
  "upgrade_required",
  "account_type_required",
  "reserved_scope",
]);

function changeLines({ question, decision, remedy }: Answer): readonly string[] {
  const helpless = HELPLESS.get(decision.code);
  if (helpless !== undefined) return [`  ${helpless}`];
  if (remedy.steps.length === 0) return ["  No change of the token or the account."];
  const single = remedy.steps.length === 1;
  const steps = remedy.steps.map(
    ({ text }, index) => `  ${single ? "-" : `${index + 1}.`} ${text}`,
  );
  const consents = remedy.steps.some(({ code }) => code === "insufficient_scope");
  const inVain = question.token !== undefined && !consents && BEYOND_CONSENT.has(decision.code);
  return [
    ...steps,
    ...(remedy.token === undefined ? ["  Even then the call would be denied."] : []),
    ...(inVain ? ["  Requesting more scopes would not help."] : []),
  ];
}

const WIDEST_NAME = 40;
const LONGEST_LINE = 160;

function heldLines(
  token: AccessToken,
  { question, held }: Answer,
  columns: number,
): readonly string[] {
  const { tiers, definition } = question.compiled;
  const facts = [
    ...(token.tier !== undefined || tiers.length > 0 ? [`tier: ${token.tier ?? "none"}`] : []),
    ...(token.account_type !== undefined || definition.accountTypes !== undefined
      ? [`account type: ${token.account_type ?? "none"}`]
      : []),
    ...(token.first_party === true ? ["client: first-party"] : []),
  ];
  const names = held.map(({ text }) => prose(text));
  const width = Math.min(Math.max(0, ...names.map(widthOf)), WIDEST_NAME);
  const indent = " ".repeat(width + 4);
  const scopes = held.flatMap((one, index) => {
    const words = shorten(heldWords(one), LONGEST_LINE);
    return wrap(`  ${padTo(names[index] as string, width)}  ${words}`, columns, indent);
  });
  return [
    ...(scopes.length === 0 ? ["  no scopes"] : scopes),
    ...(facts.length === 0 ? [] : [prose(`  (${facts.join(", ")})`)]),
  ];
}
