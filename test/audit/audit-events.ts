import { loadPolicy, type Policy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type AuditedCall, createAuditEventFactory } from "../../src/audit/create-event.js";
import type { AccessToken } from "../../src/decision/access-token.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";

/** A call as the authorizer passes it to the audit, for tests of its event. */
export interface TestCall {
  readonly operation?: string;
  readonly isProtocol?: boolean;
  readonly token?: unknown;
  readonly args?: unknown;
  readonly params?: unknown;
  readonly requestId?: string;
  readonly sensitive?: readonly string[];
  readonly key?: string | Uint8Array;
}

const STATUS = 403;

type Loaded = readonly [Policy, ReturnType<typeof createAuditEventFactory>];
const loadedPolicies = new WeakMap<object, Loaded>();

/** Loads a policy and creates its event maker, once per policy if the call sets no option. */
function load(policy: object, { sensitive, key }: TestCall): Loaded {
  const isPlain = sensitive === undefined && key === undefined;
  const before = isPlain ? loadedPolicies.get(policy) : undefined;
  if (before !== undefined) return before;
  const loaded = loadPolicy(policy);
  const fresh: Loaded = [
    loaded,
    createAuditEventFactory(compiledPolicyOf(loaded), sensitive ?? [], key),
  ];
  if (isPlain) loadedPolicies.set(policy, fresh);
  return fresh;
}

/** Returns the event of a call, with the decision of the policy. */
export function eventOf(policy: object, call: TestCall = {}): Promise<AuditEvent> {
  const { operation = "x", token, args, requestId } = call;
  const [loaded, make] = load(policy, call);
  const decision = loaded.decideUntrusted(token, operation, call.params ?? args);
  return make({
    operation,
    origin: call.isProtocol === true ? "protocol" : "gate",
    decision,
    token: token as AccessToken | undefined,
    status: decision.allowed ? undefined : STATUS,
    params: undefined,
    arguments: args,
    requestId,
    isEnforced: true,
  } satisfies AuditedCall);
}

/** Returns a policy that shows and hashes the arguments of these names for its tool `x`. */
export function showing(show: readonly string[], hash: readonly string[] = []): object {
  const audit = {
    ...(show.length > 0 && { show: [...new Set(show)] }),
    ...(hash.length > 0 && { hash: [...new Set(hash)] }),
  };
  return {
    name: "Shop",
    version: "7",
    scopes: { "orders:read": {} },
    tools: { x: { scope: "orders:read", audit } },
  };
}

/** Matches the characters that end a line, or make a text look different from what it is. */
export const UNSAFE_TEXT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Returns the line of an event. Throws if it is not one line of JSON of bounded size. */
export function lineOf(event: AuditEvent): string {
  const line = JSON.stringify(event);
  if (UNSAFE_TEXT.test(line)) throw new Error(`not a safe line: ${JSON.stringify(line)}`);
  if (line.length > 65_536) throw new Error(`a line of ${line.length}`);
  JSON.parse(line);
  return line;
}
