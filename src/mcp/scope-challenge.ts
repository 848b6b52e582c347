import { isObject } from "../grammar/is-object.js";
import { withoutPrototype } from "../policy/own-members.js";
import type { Authorizer } from "../resource-server/authorizer.js";
import { credentialsOfInfo, isFromDoor } from "./auth-info.js";
import { type Params, versionOf } from "./message.js";
import type { Targets } from "./targets.js";
import { ASSUMED_VERSION } from "./versions.js";

/** What the second generation asks before it starts a stream: which scopes to challenge for, if any. */
export type ScopeChallengeHandler = (context: {
  readonly request: { readonly method: string; readonly params?: unknown };
  readonly authInfo?: unknown;
}) => Promise<
  { readonly scopes: readonly string[]; readonly errorDescription: string } | undefined
>;

/**
 * The hook of `@modelcontextprotocol/server` (since 2.1.0), for a host that verifies tokens by its own means: a shortage of
 * scope becomes a 403 before the stream. Everything else is left to the gate in the handler, and the whole of it to the door
 * where that has decided on the same request.
 */
export function newScopeChallenge(authorizer: Authorizer, targets: Targets): ScopeChallengeHandler {
  return async ({ request, authInfo }) => {
    const authorization = credentialsOfInfo(authInfo);
    if (authorization === undefined || isFromDoor(authInfo)) return undefined;
    const params = isObject(request.params) ? (request.params as Params) : undefined;
    const version = versionOf(params);
    const protocolVersion = typeof version === "string" ? version : ASSUMED_VERSION;
    const question = { kind: "request", method: request.method, params } as const;
    const target = targets(question, protocolVersion);
    if (target.kind !== "operations") return undefined;
    const known = await authorizer.authenticate(authorization);
    if (known.kind === "refused") return undefined;
    for (const operation of target.operations) {
      const decision = authorizer.policy.decideUntrusted(
        known.token,
        operation.operation,
        operation.params,
      );
      if (decision.code !== "insufficient_scope") continue;
      // once more, with the event: a refusal that goes out is written down
      const admission = await authorizer.admit({
        ...operation,
        authorization,
        protocolVersion,
        auditDenialsOnly: true,
      });
      if (admission.kind === "allowed") return undefined;
      const { scope } = withoutPrototype(admission.answer.body);
      if (scope === undefined) return undefined;
      return { scopes: scope.split(" "), errorDescription: "More scope is needed" };
    }
    return undefined;
  };
}
