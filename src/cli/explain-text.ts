import type { AccessToken } from "../decision/access-token.js";
import type { Decision, DecisionCode } from "../decision/decision.js";
import type { Explained } from "./explain-words.js";
import { type HeldScope, heldWords } from "./held-words.js";
import { type Line, styled } from "./output.js";
import type { Question } from "./question.js";
import type { Remedy } from "./remedies.js";
import { padTo, prose, widthOf } from "./visible.js";
import { shorten, wrap } from "./wrap.js";

/** All that is told of one decision. */
export interface Answer {
  readonly question: Question;
  readonly decision: Decision;
  readonly explained: Explained;
  readonly remedy: Remedy;
  readonly held: readonly HeldScope[];
}

/** Returns a decision for people: the answer, why, what would change it, and what is in the token. */
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
      : ["", styled("bold", "What would change it"), ...changeLines(answer).flatMap(flow)]),
    ...(token === undefined
      ? []
      : ["", styled("bold", "What the token holds"), ...heldLines(token, answer, columns)]),
    "",
    styled("dim", `Answer code: ${decision.code}. ${edition}`),
  ];
}

function foundLines({ asked, operation }: Question): readonly string[] {
  if (operation === undefined) return [];
  if (operation.matched) return [`The request ${asked} is the endpoint ${operation.name}.`];
  if (operation.patterns.length === 0) return [];
  const rules =
    operation.patterns.length === 1
      ? `the pattern ${operation.patterns.join("")} gives it its rule`
      : `all of the patterns ${operation.patterns.join(" and ")} have to be met`;
  return [`${asked} has no entry of its own: ${rules}.`];
}

/** What to say where no change of the token could help. */
const HELPLESS: ReadonlyMap<DecisionCode, string> = new Map([
  ["denied", "Nothing that can be granted changes it: neither more permission nor another plan."],
  ["unknown_operation", "Asking for a tool or an endpoint that the policy names."],
  ["invalid_params", "A call that says it, with a safe value."],
  [
    "invalid_token",
    "A token whose list of permissions is written rightly: one space between two, nothing left to fill in.",
  ],
]);

/** What no consent can mend by itself. */
const BEYOND_CONSENT: ReadonlySet<DecisionCode> = new Set<DecisionCode>([
  "upgrade_required",
  "account_type_required",
  "reserved_scope",
]);

function changeLines({ question, decision, remedy }: Answer): readonly string[] {
  const helpless = HELPLESS.get(decision.code);
  if (helpless !== undefined) return [`  ${helpless}`];
  if (remedy.steps.length === 0) return ["  Nothing about the token or the account."];
  const single = remedy.steps.length === 1;
  const steps = remedy.steps.map(
    ({ text }, index) => `  ${single ? "-" : `${index + 1}.`} ${text}`,
  );
  const consents = remedy.steps.some(({ code }) => code === "insufficient_scope");
  const inVain = question.token !== undefined && !consents && BEYOND_CONSENT.has(decision.code);
  return [
    ...steps,
    ...(remedy.token === undefined ? ["  Even then the answer would be no."] : []),
    ...(inVain ? ["  Asking for more permission would not help."] : []),
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
    ...(token.tier !== undefined || tiers.length > 0 ? [`plan: ${token.tier ?? "not named"}`] : []),
    ...(token.account_type !== undefined || definition.accountTypes !== undefined
      ? [`kind of account: ${token.account_type ?? "not named"}`]
      : []),
    ...(token.first_party === true ? ["app: the provider's own"] : []),
  ];
  const names = held.map(({ text }) => prose(text));
  const width = Math.min(Math.max(0, ...names.map(widthOf)), WIDEST_NAME);
  const indent = " ".repeat(width + 4);
  const scopes = held.flatMap((one, index) => {
    const words = shorten(heldWords(one), LONGEST_LINE);
    return wrap(`  ${padTo(names[index] as string, width)}  ${words}`, columns, indent);
  });
  return [
    ...(scopes.length === 0 ? ["  no permission at all"] : scopes),
    ...(facts.length === 0 ? [] : [prose(`  (${facts.join(", ")})`)]),
  ];
}
