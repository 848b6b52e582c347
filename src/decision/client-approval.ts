import { bindTemplate } from "../grammar/template.js";
import { createApproval } from "../policy/approval.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled-policy.js";
import { readOwn } from "./access-token.js";
import type { PreparedUse, Values } from "./prepared.js";

/** The restricted scopes that the server approved for the client of a token. */
export interface ClientApproval {
  /** Returns whether the client can be granted a scope for the values of a call. */
  covers(use: PreparedUse, values: Values): boolean;
  /** Returns whether the client can be granted a scope for some values. */
  coversSome(use: PreparedUse): boolean;
}

/** Returns the approval of the client. It reads the token at the first call, because only some denials need it. */
export type ApprovalReader = () => ClientApproval;

/** Creates the reader of `approvedScopes` of a token. */
export function createApprovalReader(policy: CompiledPolicy, token: unknown): ApprovalReader {
  let known: ClientApproval | undefined;
  return () => {
    known ??= readApproval(policy, token);
    return known;
  };
}

function readApproval(policy: CompiledPolicy, token: unknown): ClientApproval {
  const approval = createApproval(policy, readOwn(token, "approvedScopes"));
  const scopeOf = ({ scope }: PreparedUse) => policy.scopes[scope] as CompiledScope;
  return {
    covers: (use, given) => {
      const scope = scopeOf(use);
      const values = use.params.map((place) => given[place] as string);
      return approval.covers({ scope, values, text: bindTemplate(scope.template, values) });
    },
    coversSome: (use) => approval.coversSome(scopeOf(use)),
  };
}
