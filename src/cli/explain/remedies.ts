import type { AccessToken } from "../../decision/access-token.js";
import { type Decision, type DecisionCode, RESTRICTED_SCOPE } from "../../decision/decision.js";
import { namedMeanings } from "../../policy/scope-meanings.js";
import {
  accountTypesText,
  authenticationTexts,
  entitlementsText,
  tierText,
} from "../describe-rule.js";
import { scopeWithDescription } from "../scope-names.js";
import { boundariesOfParam, decideOn, type ExplainedCall } from "./question.js";

/** One change, and the code of the denial that it fixes. */
export interface Step {
  readonly code: DecisionCode;
  readonly text: string;
}

/** The changes that would allow a call, in order, and the token after them. */
export interface Remedy {
  readonly steps: readonly Step[];
  /** The token with which the policy allows the call; `undefined` if no change of the token helps. */
  readonly token: AccessToken | undefined;
}

const MAX_STEPS = 8;

/**
 * Returns the changes that would turn a denial into an allowed call. Nothing is guessed: each change is applied to a copy of
 * the token and the policy decides again, until it allows the call or no change of the token can help.
 */
export function remedyFor(question: ExplainedCall, first: Decision): Remedy {
  const steps: Step[] = [];
  let { token } = question;
  let decision = first;
  while (!decision.allowed && steps.length < MAX_STEPS) {
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
  question: ExplainedCall,
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
    case "upgrade_required": {
      const { tier, entitlement } = decision;
      if (entitlement !== undefined) {
        const entitlements = [...(given.entitlements ?? []), entitlement];
        const step = `an upgrade that adds the ${entitlementsText([entitlement])}`;
        return { step, token: { ...given, entitlements } };
      }
      if (tier === undefined) return undefined;
      const step = `an upgrade to the ${tierText(tier, question.compiled.tiers)}`;
      return { step, token: { ...given, tier } };
    }
    case "insufficient_user_authentication": {
      const { acr, maxAge } = decision;
      if (acr?.length === 0) return undefined;
      const step = `signing in again: ${authenticationTexts(decision).join(", ")}`;
      const token = {
        ...given,
        ...(acr?.[0] !== undefined && { acr: acr[0] }),
        ...(maxAge !== undefined && { auth_time: Math.floor(Date.now() / 1_000) }),
      };
      return { step, token };
    }
    case "account_type_required": {
      const [account_type] = decision.accountTypes;
      if (account_type === undefined) return undefined;
      const step = `another account: available to ${accountTypesText(decision.accountTypes)}`;
      return { step, token: { ...given, account_type } };
    }
    case "binding_mismatch": {
      const value = String(question.params[decision.param] ?? "");
      const step = `a token bound to ${decision.param} \`${value}\``;
      const added = boundariesOfParam(question, decision.param).map(
        ({ name }) => [name, [...(given.boundaries?.[name] ?? []), value]] as const,
      );
      const boundaries = { ...given.boundaries, ...Object.fromEntries(added) };
      const free = withoutBoundScopes(question, given);
      return { step, token: added.length === 0 ? free : { ...free, boundaries } };
    }
    case "reserved_scope": {
      if (decision.message === RESTRICTED_SCOPE.message) {
        const step = `approval of the client by ${question.policy.name} for a restricted scope`;
        const restricted = question.compiled.scopes.filter(({ restricted }) => restricted);
        return { step, token: { ...given, approvedScopes: restricted.map(({ name }) => name) } };
      }
      const step = `a call by a first-party client of ${question.policy.name}: third-party clients cannot be granted this`;
      return { step, token: { ...given, first_party: true } };
    }
    default:
      return undefined;
  }
}

function consentStep({ compiled }: ExplainedCall, missing: readonly string[]): string {
  const named = missing.map((name) => scopeWithDescription(name, compiled));
  const noun = missing.length === 1 ? "the scope" : "the scopes";
  return `the user's consent to ${noun} ${named.join(" and ")}`;
}

function tokensOf({ scope }: AccessToken): readonly string[] {
  return typeof scope === "string" ? scope.split(" ").filter((text) => text !== "") : scope;
}

function withScopes(token: AccessToken, added: readonly string[]): AccessToken {
  return { ...token, scope: [...new Set([...tokensOf(token), ...added])].join(" ") };
}

/** Returns a token without its bound scopes, as the start of a token for another value. */
function withoutBoundScopes({ compiled }: ExplainedCall, token: AccessToken): AccessToken {
  const free = tokensOf(token).filter((text) =>
    namedMeanings(compiled, text, true).every(({ values }) => values.length === 0),
  );
  return { ...token, scope: free.join(" ") };
}
