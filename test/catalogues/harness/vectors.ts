// Checks the vectors of a catalogue: whether the granted scopes allow an operation that requires the requested one.
import type { Vector } from "./catalogue.js";
import { HEAD, isLoaded, type Load, tryLoad } from "./engine.js";
import type { Tally } from "./tally.js";
import { ruleOf, type VectorPolicy } from "./vector-rules.js";

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

export function checkVectors(vectors: readonly Vector[], load: Load, tally: Tally): void {
  for (const [index, vector] of vectors.entries()) {
    const what = `vector ${index} [${vector.granted.join(" ")}] for [${vector.request}]`;
    const result = resultOf(vector, load);
    if (typeof result === "string") tally.skip(result, what);
    else
      tally.record(
        what,
        result === vector.isAllowed ? undefined : `got ${result ? "allowed" : "denied"}`,
      );
  }
}

/** Returns whether the vector is allowed, or why the library has no rule for it. */
function resultOf(vector: Vector, load: Load): boolean | string {
  // no operation can require it, and no token can have it (RFC 6749, section 3.3)
  if (!SCOPE_TOKEN.test(vector.request)) return false;
  const rule = ruleOf(vector);
  if (rule === undefined) return `a strategy that is not in the table: ${vector.strategy}`;
  const declarable = {
    ...vector,
    granted: vector.granted.filter((name) => SCOPE_TOKEN.test(name)),
  };
  const policies = rule.names.flatMap((name) => rule.spell(declarable, name));
  const exact = plain(declarable);
  let reason = "";
  for (const { scopes, required, params } of rule.names.length > 0 ? policies : [exact]) {
    const policy = tryLoad(load, { ...HEAD, scopes, tools: { operation: { allOf: required } } });
    if (isLoaded(policy)) {
      const token = { scope: vector.granted.join(" "), sub: "user" };
      return policy.decideUntrusted(token, "operation", params).allowed;
    }
    reason ||= policy[0]?.reason ?? "rejected";
  }
  return `no matching rule for \`${rule.strategy}\`: ${reason}`;
}

function plain({ granted, request }: Vector): VectorPolicy {
  const scopes = Object.fromEntries([...granted, request].map((name) => [name, {}]));
  return { scopes, required: [request], params: {} };
}
