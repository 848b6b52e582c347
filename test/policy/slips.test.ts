import { describe, expect, it } from "vitest";
import { meantBy } from "../../src/policy/slips.js";

/** Options and values, and words of other tools for them. */
const WORDS: readonly (readonly [name: string, words: string])[] = [
  ["name", "title id"],
  ["language", "lang locale"],
  ["tiers", "plans levels"],
  ["entitlements", "features addons"],
  ["boundaries", "boundary limits"],
  ["scopes", "permissions"],
  ["baseline", "always required common"],
  ["bundles", "presets groups"],
  ["tools", "operations"],
  ["endpoints", "routes paths"],
  ["title", "label name"],
  ["description", "summary desc text"],
  ["warning", "risk"],
  ["group", "category section"],
  ["required", "mandatory"],
  ["reserved", "firstParty first_party internal private"],
  ["restricted", "approved limited"],
  ["tier", "plan level"],
  ["entitlement", "feature addon"],
  ["implies", "includes inherits covers grants"],
  ["replaces", "aliases alias formerly was"],
  ["match", "pattern rule"],
  ["locales", "translations i18n languages"],
  ["scope", "permission"],
  ["allOf", "and all every requires"],
  ["anyOf", "or any oneOf some"],
  ["params", "args bind"],
  ["when", "if condition"],
  ["cases", "when if switch branches"],
  ["otherwise", "else default fallback"],
  ["enrichedBy", "optional"],
  ["acr", "acr_values acrValues"],
  ["within", "boundary boundaries limits"],
  ["deny", "forbidden block"],
  ["public", "anonymous open"],
  ["authenticated", "anyToken signedIn loggedIn"],
  ["hidden", "unlisted hide"],
  ["internal", "private"],
  ["audit", "log record"],
  ["show", "log values"],
  ["hash", "digest redact mask"],
  ["claim", "from field"],
  ["absent", "default missing"],
  ["every", "all"],
  ["except", "without exclude but"],
  ["lint", "ignore accepted"],
  ["code", "rule id"],
  ["path", "place at"],
  ["reason", "why comment"],
  ["on", "true yes"],
  ["off", "false no"],
  ["exact", "literal"],
  ["parent", "hierarchy hierarchic"],
  ["wildcard", "glob star"],
  ["path-prefix", "prefix path"],
  ["smart", "fhir"],
  ["registry", "docker oci"],
];

describe("the option that a word of another tool means", () => {
  // the name of no option, and near to none of the words
  const others = ["0123456789abcdef", "fedcba9876543210"];

  it.each(WORDS)("is `%s` for `%s`", (name, words) => {
    const meant = words.split(" ").map((word) => meantBy(word, [...others, name]));
    expect(meant).toEqual(words.split(" ").map(() => name));
  });

  it("is the first of those that have the word, before a nearer one", () => {
    expect(meantBy("when", ["wheel", "cases"])).toBe("cases");
    expect(meantBy("if", ["when", "cases"])).toBe("when");
  });

  it("is the nearest for an unknown word, if one is near", () => {
    expect(meantBy("scpoe", ["tier", "scope"])).toBe("scope");
    expect(meantBy("rule", ["scope", "tier"])).toBeUndefined();
    expect(meantBy("", ["scope"])).toBeUndefined();
  });
});
