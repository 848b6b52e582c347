import { type AuditEvent, loadPolicy, type Policy } from "scope-policy";
import type { AccessToken } from "../../src/decision/access-token.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { type AuditedCall, newAuditEventMaker } from "../../src/resource-server/audit.js";

/** One call as the door knows it, for tests of what an event says of it. */
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

type Loaded = readonly [Policy, ReturnType<typeof newAuditEventMaker>];
const made = new WeakMap<object, Loaded>();

/** Makes the policy and its events' maker once, where nothing but the policy is given. */
function load(policy: object, { sensitive, key }: TestCall): Loaded {
  const isPlain = sensitive === undefined && key === undefined;
  const before = isPlain ? made.get(policy) : undefined;
  if (before !== undefined) return before;
  const loaded = loadPolicy(policy);
  const fresh: Loaded = [
    loaded,
    newAuditEventMaker(compiledPolicyOf(loaded), sensitive ?? [], key),
  ];
  if (isPlain) made.set(policy, fresh);
  return fresh;
}

/** The event of a call on a policy, with the decision that the policy makes. */
export function eventOf(policy: object, call: TestCall = {}): Promise<AuditEvent> {
  const { operation = "x", token, args, requestId } = call;
  const [loaded, make] = load(policy, call);
  const decision = loaded.decideUntrusted(token, operation, call.params ?? args);
  return make({
    operation,
    isProtocol: call.isProtocol ?? false,
    decision,
    token: token as AccessToken | undefined,
    status: decision.allowed ? undefined : STATUS,
    arguments: args,
    requestId,
  } satisfies AuditedCall);
}

/** A policy whose tool `x` shows and hashes the arguments of these names. */
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

/** Everything that makes a text more than one line, or other than it looks. */
export const UNSAFE_TEXT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** The line of an event, once it has been seen to be one, and JSON, and of bounded size. */
export function lineOf(event: AuditEvent): string {
  const line = JSON.stringify(event);
  if (UNSAFE_TEXT.test(line)) throw new Error(`no safe line: ${JSON.stringify(line)}`);
  if (line.length > 65_536) throw new Error(`a line of ${line.length}`);
  JSON.parse(line);
  return line;
}
