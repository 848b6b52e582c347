import type { Decision } from "../decision/decision.js";
import { heldScopes, scopeFault } from "./held-words.js";
import { type Question, whyUnknown } from "./question.js";
import { accountWords, planWords } from "./rule-words.js";
import { scopeWithDescription } from "./scope-names.js";

/** A decision for people: the answer in one sentence, and the reasons. */
export interface Explained {
  readonly headline: string;
  readonly why: readonly string[];
}

/** A decision in words that need no knowledge of OAuth. */
export function explainDecision(question: Question, decision: Decision): Explained {
  const what = question.operation?.name ?? question.asked;
  const plan = question.token?.tier;
  switch (decision.code) {
    case "allowed":
      return { headline: `YES: ${what} is allowed.`, why: [whyAllowed(question, decision)] };
    case "unknown_operation": {
      const { why, meant } = whyUnknown(question);
      return {
        headline: `NO: ${question.policy.name} knows no \`${question.asked}\`, and what is not known is refused.`,
        why: [`${sentence(why)}`, ...(meant === undefined ? [] : [`Did you mean \`${meant}\`?`])],
      };
    }
    case "denied":
      return { headline: `NO: ${what} is never allowed.`, why: [decision.reason] };
    case "invalid_params":
      return {
        headline: `NO: the call has to say which ${decision.param} it is for.`,
        why: [whyParam(question, decision.param)],
      };
    case "unauthenticated":
      return {
        headline: `NO: ${what} needs a sign-in.`,
        why: ["The call came without a token, the proof of who is asking and what they may do."],
      };
    case "invalid_token":
      return {
        headline: "NO: the token cannot be read, so it counts for nothing.",
        why: [whyBadToken(question)],
      };
    case "insufficient_scope":
      return {
        headline: `NO: ${what} needs ${decision.missing.length === 1 ? "a permission" : "permissions"} that the token does not hold.`,
        why: [
          ...decision.missing.map(
            (name) => `Missing: ${scopeWithDescription(name, question.compiled)}`,
          ),
          ...(decision.accepted.length < 2 ? [] : [waysIn(decision.accepted)]),
        ],
      };
    case "binding_mismatch":
      return {
        headline: `NO: the token is for another ${decision.param}.`,
        why: [`Asked for: \`${question.params[decision.param] ?? ""}\`.`, ...heldValues(question)],
      };
    case "account_type_required": {
      const had = question.token?.account_type;
      return {
        headline: `NO: ${what} is only for ${accountWords(decision.accountTypes)}.`,
        why: [
          had === undefined
            ? "The token does not say what kind of account it is."
            : `This is a ${had} account.`,
        ],
      };
    }
    case "upgrade_required":
      return {
        headline: `NO: ${what} needs the ${planWords(decision.tier, question.compiled.tiers)}: upgrade required.`,
        why: [whyPlan(question, plan)],
      };
    case "reserved_scope":
      return {
        headline: `NO: only apps of ${question.policy.name} itself may do this.`,
        why: [
          "What it needs is reserved (kept for the provider), and this app is another party's.",
        ],
      };
  }
}

function whyAllowed(
  { operation }: Question,
  decision: Extract<Decision, { readonly allowed: true }>,
): string {
  if (decision.scopes.length > 0)
    return `The token holds what is needed: ${decision.scopes.join(" and ")}.`;
  if (decision.enriched) return "It is open to everybody, and the token holds what adds detail.";
  return operation === undefined ? "" : "No permission is needed for it.";
}

function whyParam({ params, operation }: Question, param: string): string {
  const given = params[param];
  if (given === undefined) return `No value was given for \`${param}\` (--param ${param}=…).`;
  const where = Object.hasOwn(operation?.fromPath ?? {}, param) ? "in the path" : "given";
  return `The value ${where}, \`${given}\`, is no safe one: 1 to 128 of \`A-Z a-z 0-9 _ . ~ -\` are.`;
}

function whyBadToken({ token }: Question): string {
  const fault = token && scopeFault(token);
  return fault === undefined
    ? "Its list of permissions is malformed."
    : sentence(`its list of permissions is malformed: ${fault}`);
}

function whyPlan({ compiled, token }: Question, plan: string | undefined): string {
  if (plan === undefined)
    return "The token names no plan, which counts as less than the lowest one.";
  if (!compiled.tierRank.has(plan))
    return `The policy does not know the token's plan, \`${plan}\`, which counts as less than the lowest one.`;
  return `The token's plan is ${token?.tier ?? plan}.`;
}

const MOST_WAYS = 10;

function waysIn(accepted: readonly (readonly string[])[]): string {
  const shown = accepted.slice(0, MOST_WAYS).map((scopes) => scopes.join(" and "));
  const rest = accepted.length - shown.length;
  return `Any one of these is enough: ${shown.join(", or ")}${rest > 0 ? `, or ${rest} more` : ""}.`;
}

function heldValues({ compiled, token }: Question): readonly string[] {
  const bound = token === undefined ? [] : heldScopes(compiled, token);
  return bound
    .filter((held) => Object.keys(held.bound).length > 0)
    .map((held) => `The token holds \`${held.text}\`.`);
}

function sentence(text: string): string {
  const start = text.startsWith("`") ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return start.endsWith(".") ? start : `${start}.`;
}
