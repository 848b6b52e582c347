import { type Decision, RESTRICTED_SCOPE } from "../../decision/decision.js";
import { unsafeReason } from "../../grammar/template.js";
import type { Boundary } from "../../policy/compiled-policy.js";
import {
  accountTypesText,
  authenticationTexts,
  entitlementsText,
  tierText,
} from "../describe-rule.js";
import { scopeWithDescription } from "../scope-names.js";
import { describeTokenScopes, scopeError } from "./describe-scopes.js";
import { boundariesOfParam, type ExplainedCall, whyUnknown } from "./question.js";

/** A decision explained to people: the result in one sentence, and the reasons. */
export interface ExplanationText {
  readonly headline: string;
  readonly why: readonly string[];
}

/** Returns the explanation of a decision, in words that require no knowledge of OAuth. */
export function explainDecision(question: ExplainedCall, decision: Decision): ExplanationText {
  const what = question.operation?.name ?? question.asked;
  const plan = question.token?.tier;
  switch (decision.code) {
    case "allowed":
      return { headline: `YES: ${what} is allowed.`, why: [whyAllowed(question, decision)] };
    case "unknown_operation": {
      const { why, meant } = whyUnknown(question);
      return {
        headline: `NO: ${question.policy.name} has no operation \`${question.asked}\`; unknown operations are denied.`,
        why: [`${sentence(why)}`, ...(meant === undefined ? [] : [`Did you mean \`${meant}\`?`])],
      };
    }
    case "denied": {
      const call = question.operation?.branches === undefined ? what : `this call of ${what}`;
      return { headline: `NO: ${call} is never allowed.`, why: [decision.reason] };
    }
    case "invalid_params":
      return {
        headline: `NO: the call needs a valid value for the parameter \`${decision.param}\`.`,
        why: [whyParam(question, decision.param)],
      };
    case "unauthenticated":
      return {
        headline: `NO: ${what} requires a token.`,
        why: [
          "The call carries no token, the proof of who the user is and what the client may do.",
        ],
      };
    case "invalid_token":
      return {
        headline: "NO: the token is invalid and grants nothing.",
        why: [whyInvalidToken(question)],
      };
    case "insufficient_scope":
      return {
        headline: `NO: ${what} requires ${decision.missing.length === 1 ? "a scope" : "scopes"} that the token does not contain.`,
        why: [
          ...decision.missing.map(
            (name) => `Missing: ${scopeWithDescription(name, question.compiled)}`,
          ),
          ...(decision.accepted.length < 2 ? [] : [alternativesText(decision.accepted)]),
        ],
      };
    case "binding_mismatch": {
      const boundaries = boundariesOfParam(question, decision.param);
      return {
        headline: `NO: the token is bound to another ${decision.param}.`,
        why: [
          `Requested: \`${question.params[decision.param] ?? ""}\`.`,
          ...boundScopeLines(question),
          ...boundaries.map((boundary) => boundaryLine(question, boundary)),
        ],
      };
    }
    case "account_type_required": {
      const had = question.token?.account_type;
      return {
        headline: `NO: ${what} is not available to this account type. Available to: ${accountTypesText(decision.accountTypes)}.`,
        why: [
          had === undefined
            ? "The token names no account type."
            : `The token's account type is ${[had].flat().join(" and ")}.`,
        ],
      };
    }
    case "insufficient_user_authentication": {
      const { acr, auth_time } = question.token ?? {};
      return {
        headline: `NO: ${what} requires another authentication: ${authenticationTexts(decision).join(", ")}.`,
        why: [
          acr === undefined
            ? "The token names no authentication context class (`acr`)."
            : `The token's authentication context class is ${acr}.`,
          auth_time === undefined
            ? "The token names no time of authentication (`auth_time`)."
            : `The user authenticated at ${auth_time} (seconds since 1970).`,
        ],
      };
    }
    case "upgrade_required":
      if (decision.entitlement !== undefined) {
        const had = question.token?.entitlements ?? [];
        return {
          headline: `NO: ${what} requires the ${entitlementsText([decision.entitlement])}: upgrade required.`,
          why: [
            had.length === 0
              ? "The token names no entitlement."
              : `The token's entitlements are ${had.join(" and ")}.`,
          ],
        };
      }
      return {
        headline: `NO: ${what} requires the ${tierText(decision.tier as string, question.compiled.tiers)}: upgrade required.`,
        why: [
          plan === undefined
            ? "The token names no tier, which ranks below the lowest tier."
            : `The token's tier is ${plan}.`,
        ],
      };
    case "reserved_scope":
      if (decision.message === RESTRICTED_SCOPE.message) {
        return {
          headline: `NO: only clients that ${question.policy.name} approved may call ${what}.`,
          why: [
            "It requires a restricted scope, which the token does not contain and its client is not approved for.",
          ],
        };
      }
      return {
        headline: `NO: only first-party clients of ${question.policy.name} may call ${what}.`,
        why: [
          "It requires a reserved scope (kept for the provider), and the token belongs to a third-party client.",
        ],
      };
  }
}

function whyAllowed(
  { operation }: ExplainedCall,
  decision: Extract<Decision, { readonly allowed: true }>,
): string {
  const detail = decision.enrichments.join(" and ");
  if (decision.scopes.length > 0) {
    const more = decision.enriched ? `, and ${detail} for additional detail` : "";
    return `The token is sufficient: it contains ${decision.scopes.join(" and ")}${more}.`;
  }
  if (decision.enriched)
    return `It requires no scope, and the token contains ${detail} for additional detail.`;
  return operation === undefined ? "" : "It requires no scope.";
}

function whyParam({ params, operation }: ExplainedCall, param: string): string {
  const given = params[param];
  if (given === undefined) return `No value was given for \`${param}\` (--param ${param}=…).`;
  const where = Object.hasOwn(operation?.fromPath ?? {}, param) ? "in the path" : "given";
  return `The value ${where}, \`${given}\`, is not safe: ${unsafeReason(given)}.`;
}

function whyInvalidToken({ token }: ExplainedCall): string {
  const fault = token && scopeError(token);
  return fault === undefined
    ? "Its scope is malformed."
    : sentence(`its scope is malformed: ${fault}`);
}

const MAX_ALTERNATIVES = 10;

function alternativesText(accepted: readonly (readonly string[])[]): string {
  const shown = accepted.slice(0, MAX_ALTERNATIVES).map((scopes) => scopes.join(" and "));
  const rest = accepted.length - shown.length;
  return `Any one of these is sufficient: ${shown.join(", or ")}${rest > 0 ? `, or ${rest} more` : ""}.`;
}

function boundScopeLines({ compiled, token }: ExplainedCall): readonly string[] {
  const bound = token === undefined ? [] : describeTokenScopes(compiled, token);
  return bound
    .filter((scope) => Object.keys(scope.bound).length > 0)
    .map((scope) => `The token contains \`${scope.text}\`.`);
}

function boundaryLine({ token }: ExplainedCall, { name }: Boundary): string {
  const values = token?.boundaries?.[name] ?? [];
  const shown = values.slice(0, MAX_ALTERNATIVES).map((value) => `\`${value}\``);
  const rest = values.length - shown.length;
  return values.length === 0
    ? `The token has no value for the boundary ${name}.`
    : `For the boundary ${name} the token has ${shown.join(", ")}${rest > 0 ? `, and ${rest} more` : ""}.`;
}

function sentence(text: string): string {
  const start = text.startsWith("`") ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return start.endsWith(".") ? start : `${start}.`;
}
