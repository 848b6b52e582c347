import { type AccessToken, readOwn } from "../../decision/access-token.js";
import type { Decision } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";

/** A security scheme of a tool, which ChatGPT reads before it calls the tool. */
export type SecurityScheme =
  | { readonly type: "noauth" }
  | { readonly type: "oauth2"; readonly scopes?: readonly string[] };

/** The security schemes of tools, as the policy defines them. */
export interface SecuritySchemes {
  /** Returns the schemes of a tool. */
  readonly of: (tool: string) => readonly SecurityScheme[];
  /**
   * Returns a copy of a descriptor, which must have a name, with the schemes at its top and in `_meta`, where older clients
   * look.
   */
  readonly describe: (descriptor: unknown) => unknown;
}

/** Returns a token of the highest tier with every entitlement, without scopes. What is hidden from this token, no sign-in opens. */
export function scopelessToken(policy: Policy): AccessToken {
  const { tiers, entitlements } = policy.definition;
  const tier = tiers?.at(-1);
  return {
    scope: "",
    ...(tier !== undefined && { tier }),
    ...(entitlements !== undefined && { entitlements }),
  };
}

/**
 * Creates the schemes from the policy: the scopes that a challenge names for the token of {@link scopelessToken}. They
 * never contain a reserved scope or a placeholder.
 */
export function createSecuritySchemes(policy: Policy): SecuritySchemes {
  const scopeless = scopelessToken(policy);
  let views: ReadonlyMap<string, Decision> | undefined;
  const of = (tool: string): readonly SecurityScheme[] => {
    const isPublic = policy.decideUntrusted(undefined, tool, {}).code === "allowed";
    // computed on first use: a server that exists for one request seldom lists
    views ??= new Map(policy.toolsFor(scopeless).map(({ name, decision }) => [name, decision]));
    const exact = views.get(tool) ?? policy.decideUntrusted(scopeless, tool, {});
    const scopes = exact.code === "insufficient_scope" ? exact.scopes : [];
    const oauth = { type: "oauth2" as const, ...(scopes.length > 0 && { scopes }) };
    return isPublic ? [{ type: "noauth" }, oauth] : [oauth];
  };
  return {
    of,
    describe: (descriptor) => {
      const securitySchemes = of(readOwn(descriptor, "name") as string);
      const meta = readOwn(descriptor, "_meta") as object | undefined;
      return {
        ...(descriptor as object),
        securitySchemes,
        _meta: { ...meta, securitySchemes },
      };
    },
  };
}
