import { nearest } from "./suggest.js";

/**
 * Words of other tools for the options of a policy and for values of options, by the word that was probably meant. To add a word, write it
 * in the row of its option. Spellings such as `max_age` need no row: they are near enough.
 */
const SLIPS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
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
  // values of `default` and `match`; none of `absent`, because no finding suggests `dangerouslyAll` for another word
  ["on", "true yes"],
  ["off", "false no"],
  ["exact", "literal"],
  ["parent", "hierarchy hierarchic"],
  ["wildcard", "glob star"],
  ["path-prefix", "prefix path"],
  ["smart", "fhir"],
  ["registry", "docker oci"],
]);

/** Returns which of some options or values was probably meant by a word: the one of which another tool has this word, or the nearest. */
export function meantBy(word: string, names: readonly string[]): string | undefined {
  const known = names.find((name) => SLIPS.get(name)?.split(" ").includes(word));
  return known ?? nearest(word, names);
}
