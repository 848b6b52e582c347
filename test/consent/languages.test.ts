import {
  type ConsentScreen,
  connectedApp,
  consentScreen,
  loadPolicy,
  type PolicyDefinition,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { factsOf } from "./facts.js";

const definition = {
  name: "School",
  version: "7",
  boundaries: { project: { claim: "projects", title: "Projects" } },
  scopes: {
    "courses:read": {
      title: "See courses",
      description: "With their lessons",
      warning: "shows drafts",
      group: "Courses",
      locales: { de: { title: "Kurse sehen" }, "pt-BR": { description: "Com as aulas" } },
    },
    "keys:read": {},
  },
  bundles: { "read-only": ["courses:read"] },
  tools: { list_keys: { scope: "keys:read", within: { project: "projectId" } } },
  notCovered: ["Payouts", "constructor"],
  locales: {
    DE: {
      groups: { Courses: "Kurse" },
      bundles: { "read-only": "Nur lesen" },
      boundaries: { project: "Projekte" },
      notCovered: { Payouts: "Auszahlungen" },
    },
    fr: { groups: { Courses: "Cours" } },
  },
} as const satisfies PolicyDefinition;

const account = { boundaries: { project: { p1: "One" } } };
const screenIn = (locale: string | undefined, language?: string): ConsentScreen =>
  consentScreen(
    loadPolicy({ ...definition, ...(language !== undefined && { language }) }),
    factsOf({ requested: "courses:read keys:read", account, locale }),
  );

/** Returns the texts of a screen that come from the policy, each with its language. */
function textsOf({ groups, presets, boundaries, notCovered }: ConsentScreen) {
  const [row] = groups[0]?.rows ?? [];
  return {
    title: [row?.title, row?.lang.title],
    description: [row?.description, row?.lang.description],
    warning: [row?.warning?.text, row?.lang.warning],
    group: [groups[0]?.legend, groups[0]?.lang],
    bundle: [presets[0]?.title, presets[0]?.lang],
    boundary: [boundaries[0]?.title, boundaries[0]?.lang],
    notCovered: notCovered.map(({ text, lang }) => [text, lang]),
  };
}

const OWN = {
  title: "See courses",
  description: "With their lessons",
  warning: "shows drafts",
  group: "Courses",
  bundle: "Read only",
  boundary: "Projects",
};
const own = (lang: string | null) => ({
  ...Object.fromEntries(Object.entries(OWN).map(([name, text]) => [name, [text, lang]])),
  notCovered: [
    ["Payouts", lang],
    ["constructor", lang],
  ],
});

describe("the texts of a policy", () => {
  const rows: readonly {
    readonly title: string;
    readonly locale: string | undefined;
    readonly language?: string;
    readonly texts: object;
  }[] = [
    {
      title: "are translated as far as the policy has them, and the others marked",
      locale: "de-AT",
      language: "en-GB",
      texts: {
        ...own("en-GB"),
        title: ["Kurse sehen", null],
        group: ["Kurse", null],
        bundle: ["Nur lesen", null],
        boundary: ["Projekte", null],
        notCovered: [
          ["Auszahlungen", null],
          ["constructor", "en-GB"],
        ],
      },
    },
    {
      title: "have no mark on a page in their language",
      locale: "en",
      language: "en",
      texts: own(null),
    },
    {
      title: "are marked on a page in English if they are in another",
      locale: undefined,
      language: "nl",
      texts: own("nl"),
    },
    {
      title: "count as English on a page in English if their language is unknown",
      locale: undefined,
      texts: own(null),
    },
    {
      title: "have the mark of an unknown language on a page in another",
      locale: "es",
      texts: own(""),
    },
    {
      title: "are marked in a language for which the page has no texts",
      locale: "pt-BR",
      texts: { ...own(null), description: ["Com as aulas", "pt-BR"] },
    },
  ];
  it.each(titled(rows))("%s", (_title, { locale, language, texts }) => {
    expect(textsOf(screenIn(locale, language))).toEqual(texts);
  });

  it("carry their language on the page", () => {
    const html = renderConsent(screenIn("de", "en"), { action: "/c", csrf: "c" });
    expect(html).toContain('<bdi lang="en">shows drafts</bdi>');
    expect(html).toContain("<legend><bdi>Kurse</bdi></legend>");
    expect(html).toContain('<li><bdi lang="en">constructor</bdi></li>');
    const unknown = renderConsent(screenIn("es"), { action: "/c", csrf: "c" });
    expect(unknown).toContain('<bdi lang="">shows drafts</bdi>');
  });

  it("are translated for connected apps too", () => {
    const grant = {
      grantId: "g",
      client: { client_id: "c" },
      scope: "courses:read",
      authorizedAt: 1,
    };
    const app = connectedApp(
      loadPolicy(definition),
      { ...grant, boundaries: { project: ["p1"] } },
      { account, locale: "de" },
    );
    expect(app.scopes.map(({ title }) => title)).toEqual(["Kurse sehen"]);
    expect(app.boundaries.map(({ title }) => title)).toEqual(["Projekte"]);
  });
});
