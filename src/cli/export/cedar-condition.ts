import type {
  Alternative,
  AuthenticationCondition,
  BoundaryUse,
  CompiledPolicy,
  Rule,
  When,
} from "../../policy/compiled-policy.js";
import { type ClaimForm, isBound } from "./cedar-claim.js";
import { FIRST_PARTY, type GrantReader, keyOfUse } from "./cedar-grants.js";
import { quote, quoteAll } from "./cedar-text.js";

/** The condition that the request has a token. */
export const HAS_TOKEN = "context has token";

/** What every part of an export to Cedar reads. */
export interface CedarContext {
  readonly compiled: CompiledPolicy;
  readonly form: ClaimForm;
  readonly grantOf: GrantReader;
}

/** Returns the conditions of one alternative of a rule, all of which must be met. */
export function conditionsOfAlternative(
  alternative: Alternative,
  rule: Rule,
  { form, grantOf }: CedarContext,
): readonly string[] {
  const { uses, reserved, typeConditions, tier, entitlements, within } = alternative;
  return [
    HAS_TOKEN,
    ...(uses.length === 0 ? [form.isRead] : []),
    ...uses.map((use) => grantOf(use, rule).condition),
    ...(reserved ? [FIRST_PARTY] : []),
    ...typeConditions.map(
      (types) =>
        `context.token has account_type && context.token.account_type.containsAny(${quoteAll(types)})`,
    ),
    ...(tier >= 0 ? [`context.token has tier && context.token.tier >= ${tier}`] : []),
    ...(entitlements.length > 0
      ? [
          `context.token has entitlements && context.token.entitlements.containsAll(${quoteAll(entitlements)})`,
        ]
      : []),
    ...safeParams(rule),
    ...within.map((use) => insideOf(use, rule)),
    ...authenticationOf(rule.authentication),
  ];
}

/** Returns the conditions that each parameter of a rule has a safe value: the library denies a call without one. */
function safeParams(rule: Rule): readonly string[] {
  const uses = rule.alternatives.flatMap((one) => one.uses);
  const bound = uses.filter((use) => use.params.length > 0).map((use) => keyOfUse(use, rule));
  const limited = rule.alternatives
    .flatMap((one) => one.within)
    .map((use) => paramOfBoundary(use, rule));
  return [
    ...[...new Set(bound)].map(isBound),
    ...[...new Set(limited)].map(
      (name) => `context has params && context.params has ${quote(name)}`,
    ),
  ];
}

/** Returns the name of the parameter whose value must be within a boundary. */
export function paramOfBoundary({ param }: BoundaryUse, rule: Rule): string {
  return rule.params[param]?.name as string;
}

/** Returns the condition that the value of a parameter is within a boundary. */
function insideOf(use: BoundaryUse, rule: Rule): string {
  const { name, isOpen } = use.boundary;
  const has = `context.token has boundaries && context.token.boundaries has ${quote(name)}`;
  const values = `context.token.boundaries[${quote(name)}]`;
  const isListed = `${values}.contains(context.params[${quote(paramOfBoundary(use, rule))}])`;
  return isOpen ? `(if ${has} then ${isListed} else true)` : `${has} && ${isListed}`;
}

/** Returns the conditions on how and when the user authenticated. */
function authenticationOf(condition: Partial<AuthenticationCondition> = {}): readonly string[] {
  const { acr, maxAge } = condition;
  const time = "context.token.auth_time";
  return [
    ...(acr === undefined
      ? []
      : [`context.token has acr && ${isOneOf("context.token.acr", acr.map(quote))}`]),
    ...(maxAge === undefined
      ? []
      : [
          `context has now && context.token has auth_time && ${time} > 0`,
          `${time} <= context.now && context.now <= ${time} + ${maxAge}`,
        ]),
  ];
}

/** Returns the condition that the arguments of a call meet a case. Values are those that a type of Cedar has. */
export function conditionOfCase(when: When): string {
  const conditions = when.map(([argument, values]) => {
    const name = quote(argument);
    const literals = [...values].map((value) =>
      typeof value === "string" ? quote(value) : String(value),
    );
    return `context has arguments && context.arguments has ${name} && ${isOneOf(`context.arguments[${name}]`, literals)}`;
  });
  return conditions.join(" && ");
}

function isOneOf(value: string, literals: readonly string[]): string {
  const [only] = literals;
  return literals.length === 1
    ? `${value} == ${only}`
    : `[${literals.join(", ")}].contains(${value})`;
}
