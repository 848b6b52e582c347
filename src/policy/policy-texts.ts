import type { PolicyDefinition, PolicyTexts } from "./definition.js";
import { isLanguageTag } from "./language-tag.js";
import type { Report } from "./report.js";

/** What the texts of each kind translate: the part of the policy that has it, and its name in messages. */
const KINDS = {
  groups: { top: "scopes", noun: "the `group` of a scope" },
  bundles: { top: "bundles", noun: "a bundle of the policy" },
  boundaries: { top: "boundaries", noun: "a boundary of the policy" },
  notCovered: { top: "notCovered", noun: "a text of `notCovered`" },
} satisfies Record<keyof PolicyTexts, { readonly top: keyof PolicyDefinition; noun: string }>;

/** Checks `language`, and that each text of `locales` translates something of the policy. */
export function checkPolicyTexts(definition: PolicyDefinition, report: Report): void {
  const { language, locales = {} } = definition;
  const isTag: boolean = language === undefined || isLanguageTag(language);
  if (!isTag) {
    const message = `invalid language tag \`${language}\`: expected a BCP 47 tag, such as \`en\` or \`pt-BR\``;
    report.add("language_tag", ["language"], message);
  }
  const names = namesOf(definition);
  for (const [locale, texts] of Object.entries(locales)) {
    for (const kind of Object.keys(KINDS) as (keyof PolicyTexts)[]) {
      const { top, noun } = KINDS[kind];
      // a part with an invalid value lacks names, and has findings of its own
      if ([...report.removed].some((path) => path.startsWith(top))) continue;
      for (const name of Object.keys(texts[kind] ?? {})) {
        if (names[kind].has(name)) continue;
        const path = ["locales", locale, kind, name];
        report.add("unknown_text", path, `\`${name}\` is not ${noun}`, (suggest) =>
          suggest(name, names[kind]),
        );
      }
    }
  }
}

/** Returns what a policy has for translation, by the kind of its texts. */
function namesOf({
  scopes = {},
  bundles = {},
  boundaries = {},
  notCovered,
}: PolicyDefinition): Readonly<Record<keyof PolicyTexts, ReadonlySet<string>>> {
  const groups = Object.values(scopes)
    .map((scope) => (typeof scope === "string" ? undefined : scope.group))
    .filter((group) => group !== undefined);
  return {
    groups: new Set(groups),
    bundles: new Set(Object.keys(bundles)),
    boundaries: new Set(Object.keys(boundaries)),
    notCovered: new Set(notCovered),
  };
}
