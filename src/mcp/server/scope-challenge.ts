import { isObject } from "../../grammar/is-object.js";
import { withoutPrototype } from "../../policy/own-members.js";
import { type PinnedAuthorizer, pinned } from "../../resource-server/pinned-authorizer.js";
import { credentialsOfAuthInfo, isFromHttpGate } from "../shared/auth-info.js";
import { type DeniedOperation, hasDenials, jointDenial } from "../shared/joint-denial.js";
import { type Params, versionOf } from "../shared/message.js";
import type { FindRequiredOperations } from "../shared/required-operations.js";
import { ASSUMED_VERSION } from "../shared/versions.js";

/** The hook that the v2 SDK calls before it starts a stream. Returns the scopes of the challenge, if there is one. */
export type ScopeChallengeHandler = (context: {
  readonly request: { readonly method: string; readonly params?: unknown };
  readonly authInfo?: unknown;
}) => Promise<
  { readonly scopes: readonly string[]; readonly errorDescription: string } | undefined
>;

/**
 * Creates the hook of `@modelcontextprotocol/server` (since 2.1.0), for a host that verifies tokens itself. The hook answers
 * `insufficient_scope` with 403 before the stream, with the smallest set of scopes for all operations of the request. It leaves everything
 * else to the gate in front of the handler, and does nothing if the HTTP gate has decided on the same request.
 */
export function createScopeChallenge(
  replaceable: PinnedAuthorizer,
  targets: FindRequiredOperations,
): ScopeChallengeHandler {
  return async ({ request, authInfo }) => {
    const authorization = credentialsOfAuthInfo(authInfo);
    if (authorization === undefined || isFromHttpGate(authInfo)) return undefined;
    const params = isObject(request.params) ? (request.params as Params) : undefined;
    const version = versionOf(params);
    const protocolVersion = typeof version === "string" ? version : ASSUMED_VERSION;
    const message = { kind: "request", method: request.method, params } as const;
    const target = targets(message, protocolVersion);
    if (target.kind !== "operations") return undefined;
    const authorizer = pinned(replaceable);
    const known = await authorizer.authenticate(authorization);
    if (known.kind === "refused") return undefined;
    const decided = target.operations.map((one) => ({
      one,
      ...authorizer.policy.decideUntrusted(known.token, one.operation, one.params),
    }));
    const denied = decided.filter(({ allowed }) => !allowed);
    if (denied.some(({ code }) => code !== "insufficient_scope")) return undefined;
    const refused: DeniedOperation[] = [];
    for (const { one } of denied) {
      // decides again with an audit event, since a denial that is sent must be audited
      const admission = await authorizer.admit({
        ...one,
        authorization,
        protocolVersion,
        auditDenialsOnly: true,
      });
      if (admission.kind === "allowed") return undefined;
      refused.push({ ...admission, denial: admission.decision });
    }
    if (!hasDenials(refused)) return undefined;
    const { answer } = jointDenial(authorizer, refused, protocolVersion);
    const { scope } = withoutPrototype(answer.body);
    if (scope === undefined) return undefined;
    return { scopes: scope.split(" "), errorDescription: "More scope is needed" };
  };
}
