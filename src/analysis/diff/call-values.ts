import { branchOf } from "../../decision/prepare.js";
import type { PreparedOperation } from "../../decision/prepared.js";
import type { CaseValue } from "../../policy/definition.js";
import { combinations } from "../combinations.js";
import { argumentChoices } from "../compared-arguments.js";
import { pathText } from "./call-routes.js";
import { nameOfKey, type ParamValues } from "./param-values.js";
import type { ProbeCall } from "./probe-calls.js";

/** An escaped letter, with which the text of a path is the value of no placeholder. */
export const ACCENT = "%C3%A9";

/** Yields every combination of compared values of the arguments, each of which can also be left out, with its branch. */
export function* branchesOfCall(
  target: ProbeCall,
): Generator<{ readonly operation: PreparedOperation; readonly args: ParamValues }> {
  for (const chosen of argumentChoices(target.compared))
    yield {
      operation: branchOf(target.operation, Object.fromEntries(chosen)),
      args: new Map(chosen),
    };
}

/**
 * Yields values of all parameters: first safe values that occur in neither policy, then the same with one of the `probes`, which some
 * templates reject. A path parameter that no rule uses gets a text that a rule of `before` could not accept.
 */
export function* valuesOf(
  { operation, route, args }: ProbeCall & { readonly args: ParamValues },
  { fresh, probes }: { readonly fresh: string; readonly probes: readonly string[] },
): Generator<ParamValues> {
  const names = [...new Set([...route.keys(), ...operation.params])].filter(
    (name) => !args.has(name),
  );
  const asked = (name: string) => operation.params.includes(name);
  const base = names.map((name, at) => (asked(name) ? `${fresh}${at}` : `${ACCENT}${fresh}${at}`));
  for (const chosen of combinations(
    names.map((name, at) => [base[at] as string, ...(route.get(name) ?? [])]),
  )) {
    const plain: ParamValues = new Map([
      ...pathTexts(args, route),
      ...names.map((name, at) => [name, chosen[at] as string] as const),
    ]);
    yield plain;
    for (const [at, name] of names.entries()) {
      if (!asked(name) || chosen[at] !== base[at]) continue;
      for (const probe of probes) yield new Map(plain).set(name, probe);
    }
  }
}

/** Returns compared values, those of path parameters as the text of a path. */
export function pathTexts(args: ParamValues, route: ProbeCall["route"]): ParamValues {
  return new Map(
    [...args].map(([name, value]) => [
      name,
      route.has(name) && typeof value === "string" ? pathText(value) : value,
    ]),
  );
}

/** Returns the request that calls an endpoint; `undefined` for a tool. */
export function requestOf({ endpoint }: ProbeCall, values: ParamValues) {
  if (endpoint === undefined) return undefined;
  const { method, segments } = endpoint;
  const texts = segments.map(({ literals, params }) =>
    literals.flatMap((literal, at) => [literal, values.get(params[at] ?? "") ?? ""]).join(""),
  );
  return { method, path: `/${texts.join("/")}` };
}

/** Returns the parameters that are not in the path. */
export function paramsOf(
  { route }: ProbeCall,
  values: ParamValues,
): { readonly [param: string]: CaseValue } {
  const others = [...values].filter(([name]) => !route.has(name));
  return Object.fromEntries(others.map(([name, value]) => [nameOfKey(name), value]));
}
