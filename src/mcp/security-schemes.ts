import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { Decision } from "../decision/decision.js";
import type { Policy } from "../decision/policy.js";

/** What ChatGPT reads of a tool before it calls it. */
export type SecurityScheme =
  | { readonly type: "noauth" }
  | { readonly type: "oauth2"; readonly scopes?: readonly string[] };

/** Says for each tool what a client needs to call it: the policy's own word. */
export interface SecuritySchemes {
  readonly of: (tool: string) => readonly SecurityScheme[];
  /** A descriptor, which has a name, with the schemes added, at its top and in its `_meta`, where older clients look. */
  readonly describe: (descriptor: unknown) => unknown;
}

/** Somebody who has signed in on the highest plan, and holds nothing: what is hidden from them, a sign-in opens to nobody. */
export function strangerOf(policy: Policy): AccessToken {
  const tier = policy.definition.tiers?.at(-1);
  return { scope: "", ...(tier !== undefined && { tier }) };
}

/**
 * Reads the schemes off the policy: what somebody on the highest plan who holds nothing would be asked for. A reserved
 * scope and a placeholder are never named.
 */
export function newSecuritySchemes(policy: Policy): SecuritySchemes {
  const stranger = strangerOf(policy);
  let views: ReadonlyMap<string, Decision> | undefined;
  const of = (tool: string): readonly SecurityScheme[] => {
    const isPublic = policy.decideUntrusted(undefined, tool, {}).code === "allowed";
    // read when first asked for: a server that is made for each request seldom lists
    views ??= new Map(policy.toolsFor(stranger).map(({ name, decision }) => [name, decision]));
    const exact = views.get(tool) ?? policy.decideUntrusted(stranger, tool, {});
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
