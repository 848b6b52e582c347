import { boundValueText, isBoundValue } from "../grammar/bound-value.js";
import { acceptsValue } from "../grammar/template.js";
import type { Param } from "../policy/compiled-policy.js";
import { readOwn } from "./access-token.js";
import { type InvalidParams, invalidParams } from "./decision.js";
import type { PreparedOperation, PreparedRule, RuleCase } from "./prepared.js";

/** Returns the cases of a call, or the denial for the first parameter whose value is missing or not safe. */
export function readCases(
  { rules }: PreparedOperation,
  params: unknown,
): readonly RuleCase[] | InvalidParams {
  const cases: RuleCase[] = [];
  for (const rule of rules) {
    const values = readValues(rule, params);
    if (isDenial(values)) return values;
    cases.push({ rule, values });
  }
  return cases;
}

/** Returns whether the values of a call could not be read. */
export function isDenial(read: readonly unknown[] | InvalidParams): read is InvalidParams {
  return !Array.isArray(read);
}

/** Returns the values of a rule's parameters, or the denial for the first one whose value is missing or not safe. */
function readValues(rule: PreparedRule, params: unknown): readonly string[] | InvalidParams {
  const values: string[] = [];
  for (const param of rule.params) {
    const value = readValue(param, readOwn(params, param.name));
    if (typeof value !== "string") return value;
    values.push(value);
  }
  return values;
}

/** Returns the text of a parameter's value, or the denial if it is missing or not safe. */
export function readValue({ name, sites }: Param, given: unknown): string | InvalidParams {
  const value = boundValueText(given);
  for (const { template, index } of sites)
    if (!acceptsValue(template, index, value)) return invalidParams(name, value, template);
  // every placeholder accepts bound values only
  return sites.length > 0 || isBoundValue(value) ? (value as string) : invalidParams(name, value);
}
