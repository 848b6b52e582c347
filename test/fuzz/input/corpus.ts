// Texts and values of the corpus of attacks, sorted by where a client sends them.

import corpus from "../../attacks/corpus.json" with { type: "json" };

type Json = Readonly<Record<string, unknown>>;

const given = (corpus.cases as readonly { readonly given: Json }[]).map((one) => one.given);

/** Returns every value of a member, at any depth of the cases. */
function valuesOf(name: string): unknown[] {
  const visit = (value: unknown): unknown[] => {
    if (Array.isArray(value)) return value.flatMap(visit);
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, own]) => [
      ...(key === name ? [own as unknown] : []),
      ...visit(own),
    ]);
  };
  return given.flatMap(visit);
}

const texts = (values: readonly unknown[]): string[] => [
  ...new Set(values.flat().filter((value): value is string => typeof value === "string")),
];

/** Scopes of tokens and requests. */
export const SCOPE_TEXTS = texts(
  ["scope", "granted", "requested", "scopes", "clientScope"].flatMap(valuesOf),
);
/** `Authorization` headers; `{token}` is a token. */
export const AUTHORIZATIONS = texts(valuesOf("authorization"));
/** Bodies of the Model Context Protocol, as values. */
export const MCP_BODIES = valuesOf("body").filter((value) => typeof value === "object");
/** Bodies of the Model Context Protocol, as texts. */
export const MCP_TEXTS = texts(valuesOf("bodyText"));
/** Texts of policies. */
export const POLICY_TEXTS = texts(valuesOf("policyText"));
/** Policies in the dialect of the corpus, which is near to that of the library. */
export const POLICIES = [
  ...Object.values(corpus.policies as Json),
  ...valuesOf("policy").filter((value) => typeof value === "object"),
];
/** Names of tools and values of their arguments. */
export const NAMES = texts([...valuesOf("tool"), ...valuesOf("name")]);
