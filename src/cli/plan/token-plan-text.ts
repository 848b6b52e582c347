import type { PlannedToken, TokenPlan } from "../../analysis/token-plan.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { scopeWithDescription } from "../scope-names.js";
import { type Line, styled } from "../terminal/output.js";
import { wrap } from "../terminal/wrap.js";
import { unreachableLines } from "./plan-text.js";

const INDENT = "       ";
const NO_TOKEN = "No token is needed";

/** Returns the tokens that a program requests for people, in order, and what cannot be reached. */
export function tokenPlanLines(
  { tokens, unreachable }: TokenPlan,
  policy: CompiledPolicy,
  columns: number,
): readonly Line[] {
  return [
    ...(tokens.length === 0 ? ["No token to request: nothing can be reached."] : []),
    ...tokens.flatMap((token, index) => [
      ...(index === 0 ? [] : [""]),
      ...tokenLines(token, index + 1, policy, columns),
    ]),
    ...unreachableLines(unreachable, columns),
  ];
}

function tokenLines(
  { scope, waitsFor, operations }: PlannedToken,
  number: number,
  policy: CompiledPolicy,
  columns: number,
): readonly Line[] {
  const flow = (line: string) => wrap(line, columns, INDENT);
  const ids = waitsFor.map((id) => `\`${id}\``).join(" and ");
  const when =
    ids === "" ? "" : `When ${ids} ${waitsFor.length === 1 ? "is" : "are"} known, request`;
  const names = scope === "" ? [] : scope.split(" ");
  return [
    [
      styled("bold", `${number}.`),
      ` ${names.length === 0 ? NO_TOKEN : `${when || "Request"} a token with the scope`}`,
    ],
    ...names.flatMap((name) => flow(`     ${described(name, policy)}`)),
    "   Then call",
    ...operations.flatMap((operation) => flow(`     ${operation}`)),
  ];
}

/** Returns a scope that can have `{id}` for a value, with its description. */
function described(name: string, policy: CompiledPolicy): string {
  const bound = name.replaceAll(/[{}]/g, "");
  return scopeWithDescription(bound, policy).replace(bound, () => name);
}
