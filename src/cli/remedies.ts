import type { AccessToken } from "../decision/access-token.js";
import type { Decision, DecisionCode } from "../decision/decision.js";
import { namedMeanings } from "../policy/scope-meanings.js";
import { decideOn, type Question } from "./question.js";
import { accountWords, planWords } from "./rule-words.js";
import { scopeWithDescription } from "./scope-names.js";

/** One change, and the answer that it is for. */
export interface Step {
  readonly code: DecisionCode;
  readonly text: string;
}

/** What would have to change, one thing after the other, and whether the call would then be allowed. */
export interface Remedy {
  readonly steps: readonly Step[];
  /** The token with which the policy says yes, as it was tried out; `undefined` where nothing of a token helps. */
  readonly token: AccessToken | undefined;
}

const MOST_STEPS = 8;

/**
 * What would turn a denial into a yes. Nothing is guessed: each change is made to a copy of the token and the policy is
 * asked again, until it says yes or until nothing about the token could help.
 */
export function remedyFor(question: Question, first: Decision): Remedy {
  const steps: Step[] = [];
  let { token } = question;
  let decision = first;
  while (!decision.allowed && steps.length < MOST_STEPS) {
    const change = changeFor(question, decision, token);
    if (change === undefined) return { steps, token: undefined };
    steps.push({ code: decision.code, text: change.step });
    token = change.token;
    decision = decideOn(question, token);
  }
  return { steps, token: decision.allowed ? token : undefined };
}

interface Change {
  readonly step: string;
  readonly token: AccessToken;
}

function changeFor(
  question: Question,
  decision: Decision,
  token: AccessToken | undefined,
): Change | undefined {
  const given: AccessToken = token ?? { scope: "" };
  switch (decision.code) {
    case "unauthenticated":
      return { step: "signing in, so that the call carries a token", token: given };
    case "insufficient_scope":
      return {
        step: consentStep(question, decision.missing),
        token: withScopes(given, decision.missing),
      };
    case "upgrade_required":
      return {
        step: `an upgrade to the ${planWords(decision.tier, question.compiled.tiers)}`,
        token: { ...given, tier: decision.tier },
      };
    case "account_type_required": {
      const [account_type] = decision.accountTypes;
      if (account_type === undefined) return undefined;
      const step = `another account: this works for ${accountWords(decision.accountTypes)}`;
      return { step, token: { ...given, account_type } };
    }
    case "binding_mismatch": {
      const value = question.params[decision.param] ?? "";
      const step = `a token that is issued for ${decision.param} \`${value}\``;
      return { step, token: unbound(question, given) };
    }
    case "reserved_scope": {
      const step = `a call by an app of ${question.policy.name} itself: apps of others cannot be given this`;
      return { step, token: { ...given, first_party: true } };
    }
    default:
      return undefined;
  }
}

function consentStep({ compiled }: Question, missing: readonly string[]): string {
  const named = missing.map((name) => scopeWithDescription(name, compiled));
  const noun = missing.length === 1 ? "the permission" : "the permissions";
  return `the user's consent to ${noun} ${named.join(" and ")}`;
}

function tokensOf({ scope }: AccessToken): readonly string[] {
  return typeof scope === "string" ? scope.split(" ").filter((text) => text !== "") : scope;
}

function withScopes(token: AccessToken, added: readonly string[]): AccessToken {
  return { ...token, scope: [...new Set([...tokensOf(token), ...added])].join(" ") };
}

/** The token without what is bound to a value: what a token for another value starts from. */
function unbound({ compiled }: Question, token: AccessToken): AccessToken {
  const free = tokensOf(token).filter((text) =>
    namedMeanings(compiled, text, true).every(({ values }) => values.length === 0),
  );
  return { ...token, scope: free.join(" ") };
}
