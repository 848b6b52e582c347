// Pairs of random policies: the second one is the first with a random change.

import fc from "fast-check";
import { loadPolicy, type Policy, PolicyError } from "scope-policy";
import { drawPolicy } from "../model/arbitrary-policy.js";
import { type Draw, drawn } from "../model/draw.js";
import type { Definition } from "../model/model.js";

const without = <Value extends object>(value: Value, draw: Draw, percent: number): Value =>
  Object.fromEntries(Object.entries(value).filter(() => !draw.chance(percent))) as Value;

/** Returns a definition with one random change. Some results are not valid policies. */
function changed(draw: Draw, from: Definition, other: Definition): Definition {
  const scope = draw.pick(Object.keys(from.scopes));
  const options = (draft: object) => {
    const old = from.scopes[scope];
    const kept = typeof old === "object" && old.implies ? { implies: old.implies } : {};
    return { ...from, scopes: { ...from.scopes, [scope]: { ...kept, ...draft } } };
  };
  const tools = { ...from.tools };
  const names = Object.keys(tools);
  return draw.pick<() => Definition>([
    () => ({ ...from, tools: without(tools, draw, 30) }),
    () => ({ ...from, endpoints: without(from.endpoints ?? {}, draw, 40) }),
    () => ({ ...from, endpoints: { ...from.endpoints, ...other.endpoints } }),
    () => ({ ...from, tools: { ...tools, ...other.tools } }),
    () => ({ ...from, tools: { ...tools, [draw.pick(names)]: tools[draw.pick(names)] ?? "" } }),
    () => ({ ...from, baseline: [] }),
    () => ({ ...from, tiers: [...(from.tiers ?? [])].reverse() }),
    () => options({}),
    () => options({ implies: draw.few(Object.keys(from.scopes), 2) }),
    () => options({ replaces: ["older:name"] }),
    () => options({ reserved: true }),
    () => other,
  ])();
}

/** Returns the policy of a definition; `undefined` if it has findings. */
function tryPolicy(source: Definition): Policy | undefined {
  try {
    return loadPolicy(source);
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

/** A policy, and a random change of it; `undefined` if the change has findings. */
export const policyPairs = fc
  .tuple(
    drawn((draw) => drawPolicy(draw.part(1300))),
    drawn((draw) => drawPolicy(draw.part(1300))),
    drawn((draw) => draw),
  )
  .map(([definition, other, draw]) => {
    const next = changed(draw, definition, other);
    return { definition, next, before: loadPolicy(definition), after: tryPolicy(next) };
  });
