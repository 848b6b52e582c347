import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { ScopeOptions, ScopeTexts } from "../../policy/definition.js";
import type { Found, LintRule } from "./lint-rule.js";
import { type PlacedScope, scopesOf } from "./places.js";

/** Returns the scopes that users read about: reserved ones are never offered. */
function shownScopes(policy: CompiledPolicy): readonly PlacedScope[] {
  return scopesOf(policy).filter(({ scope }) => !scope.reserved);
}

function isWritten(text: string | undefined): boolean {
  return (text ?? "").trim() !== "";
}

/** Scopes without a title, in a policy in which others have one. */
export const missingTitle: LintRule = (policy) => {
  const shown = shownScopes(policy);
  if (!shown.some(({ scope }) => isWritten(scope.options.title))) return [];
  return shown
    .filter(({ scope }) => !isWritten(scope.options.title))
    .map(({ scope, path }) => ({
      path,
      message: `\`${scope.name}\` has no title, and other scopes have one: the consent page makes one of the words of its name`,
      fix: "write a `title` of a few words",
    }));
};

/** Scopes without a description. */
export const missingDescription: LintRule = (policy) =>
  shownScopes(policy)
    .filter(({ scope }) => !isWritten(scope.options.description))
    .map(({ scope, path }) => ({
      path,
      message: `\`${scope.name}\` has no description: the consent page cannot tell what it allows`,
      fix: "write a `description` of what the scope allows, for users",
    }));

const TEXTS = ["title", "description", "warning"] as const satisfies readonly (keyof ScopeTexts)[];

const languageOf = (tag: string) => tag.toLowerCase().split("-")[0] as string;

/** Returns the texts of a scope in one language, those of its regions included. */
function textsIn({ locales = {} }: ScopeOptions, language: string): readonly ScopeTexts[] {
  return Object.entries(locales).flatMap(([tag, texts]) =>
    languageOf(tag) === language ? [texts] : [],
  );
}

/** Texts that a scope has in the language of the policy, and not in another language in which the policy has texts. */
export const missingTranslation: LintRule = (policy) => {
  const shown = shownScopes(policy);
  const languages = new Set(
    shown.flatMap(({ scope }) => Object.keys(scope.options.locales ?? {}).map(languageOf)),
  );
  return shown.flatMap(({ scope, path }): readonly Found[] =>
    [...languages].flatMap((language) => {
      const own = textsIn(scope.options, language);
      const missing = TEXTS.filter(
        (name) => isWritten(scope.options[name]) && !own.some((texts) => isWritten(texts[name])),
      );
      if (missing.length === 0) return [];
      const list = missing.map((name) => `\`${name}\``).join(", ");
      return {
        path: [...path, "locales", language],
        message: `\`${scope.name}\` has no ${list} in the language \`${language}\`, in which the policy has other texts`,
        fix: `write ${list} in \`locales.${language}\` of the scope`,
      };
    }),
  );
};
