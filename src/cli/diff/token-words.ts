import type { AccessToken } from "../../decision/access-token.js";
import type { Word } from "../describe-rule.js";
import { joined, named } from "./words.js";

/**
 * Returns a token in words: its scope, then its other members that a decision reads.
 *
 * @param isOnlyConditions - whether the scope is left out
 */
export function tokenWords(
  token: AccessToken | undefined,
  isOnlyConditions = false,
): readonly Word[] {
  if (token === undefined) return [{ text: "without credentials" }];
  const { scope, tier, entitlements, boundaries = {}, acr } = token;
  const tokens = typeof scope === "string" ? scope.split(" ").filter((text) => text !== "") : scope;
  const types = token.account_type ?? [];
  const value = (title: string, list: readonly string[]): readonly Word[] =>
    list.length === 0 ? [] : [{ text: `${title} ` }, ...named(list)];
  const granted = tokens.length === 0 ? [{ text: "with any token" }] : value("with", tokens);
  return joined(
    [
      isOnlyConditions ? [] : granted,
      value("tier", tier === undefined ? [] : [tier]),
      value("account type", typeof types === "string" ? [types] : types),
      value("entitlement", entitlements ?? []),
      ...Object.entries(boundaries).map(([name, list]) => value(name, list)),
      value("acr", acr === undefined ? [] : [acr]),
      token.auth_time === undefined ? [] : [{ text: "some time after authentication" }],
      token.first_party === true ? [{ text: "first-party client" }] : [],
    ],
    ", ",
  );
}
