import { readOwn } from "../../decision/access-token.js";
import type { OperationOptions } from "../../policy/definition.js";
import type { ToolDescriptor } from "./list-tools.js";
import { anyRule, isScope, type ListMeans, ruleOfList } from "./scope-lists.js";
import type { ReportNote } from "./source.js";

/** What the security schemes of a tool assign. */
export interface SchemesReading {
  /** The rule; `undefined` if the tool has no schemes, or none that can be taken. */
  readonly rule: OperationOptions | undefined;
  /** The scopes that the rule names. */
  readonly scopes: readonly string[];
  readonly notes: readonly Omit<ReportNote, "subject" | "outcome">[];
}

/** One scheme: without a token, with scopes, or why it assigns nothing. */
type Scheme =
  | { readonly kind: "noauth" }
  | { readonly kind: "scopes"; readonly scopes: readonly string[] }
  | { readonly kind: "left"; readonly code: string; readonly message: string };

/**
 * Returns the rule of a tool that lists `securitySchemes`, at its top or in `_meta`. Schemes are alternatives. One that assigns
 * nothing certain is left out, so the rule is stricter than the list. `oauth2` without scopes is such a scheme: servers also list
 * it for tools that a token of this caller cannot open.
 */
export function readSecuritySchemes(
  tool: ToolDescriptor,
  listMeans: ListMeans = "and",
): SchemesReading {
  const places = [tool, readOwn(tool, "_meta")].map((place) => readOwn(place, "securitySchemes"));
  const [given, other] = places.filter((schemes) => schemes !== undefined);
  if (given === undefined) return without([]);
  if (other !== undefined && JSON.stringify(given) !== JSON.stringify(other)) {
    return without([["schemes_differ", "its `securitySchemes` and those in `_meta` differ"]]);
  }
  if (!Array.isArray(given)) {
    return without([["schemes_syntax", "its `securitySchemes` are not a list"]]);
  }
  const schemes = given.map(readScheme);
  const scopes = schemes.flatMap((scheme) => (scheme.kind === "scopes" ? [scheme.scopes] : []));
  const named = [...new Set(scopes.flat())];
  if (schemes.some(({ kind }) => kind === "noauth")) {
    const rule = { public: true, ...(named.length > 0 && { enrichedBy: named }) } as const;
    return { rule, scopes: named, notes: [] };
  }
  const notes = schemes.flatMap((scheme) => (scheme.kind === "left" ? [scheme] : []));
  const rule =
    scopes.length === 0 ? undefined : anyRule(scopes.map((list) => ruleOfList(list, listMeans)));
  return { rule, scopes: named, notes: notes.map(({ code, message }) => ({ code, message })) };
}

function without(notes: readonly (readonly [code: string, message: string])[]): SchemesReading {
  const listed = notes.map(([code, message]) => ({ code, message }));
  return { rule: undefined, scopes: [], notes: listed };
}

function readScheme(scheme: unknown): Scheme {
  const type = readOwn(scheme, "type");
  if (type === "noauth") return { kind: "noauth" };
  if (type !== "oauth2") {
    return left("unsupported_scheme", "a security scheme is neither `noauth` nor `oauth2`");
  }
  const scopes = readOwn(scheme, "scopes") ?? [];
  if (!Array.isArray(scopes))
    return left("schemes_syntax", "the scopes of a scheme are not a list");
  if (scopes.length === 0) return left("no_scopes", "a security scheme names OAuth, but no scope");
  return scopes.every((scope) => isScope(scope, true))
    ? { kind: "scopes", scopes: [...new Set(scopes as readonly string[])] }
    : left("refused_scope", "a security scheme names a scope that no policy accepts");
}

function left(code: string, message: string): Scheme {
  return { kind: "left", code, message: `${message}: it is left out` };
}
