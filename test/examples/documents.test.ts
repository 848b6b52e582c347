import { describe, expect, it } from "vitest";
import * as localisation from "../../examples/localisation/policy.js";
import * as loopwise from "../../examples/loopwise/policy.js";
import * as moov from "../../examples/moov/policy.js";
import * as movementors from "../../examples/movementors/policy.js";
import { existsIn, seedText, uncoveredText } from "./document.js";
import { localisationCases } from "./localisation-cases.js";
import { localisationDocument } from "./localisation-document.js";
import { loopwiseCases } from "./loopwise-cases.js";
import { loopwiseDocument } from "./loopwise-document.js";
import { moovCases } from "./moov-cases.js";
import { moovDocument } from "./moov-document.js";
import { movementorsCases } from "./movementors-cases.js";
import { movementorsDocument } from "./movementors-document.js";

const providers = [
  { name: "loopwise", ...loopwise, cases: loopwiseCases, document: loopwiseDocument },
  {
    name: "movementors",
    ...movementors,
    cases: movementorsCases,
    document: movementorsDocument,
  },
  { name: "moov", ...moov, cases: moovCases, document: moovDocument },
  {
    name: "localisation",
    ...localisation,
    cases: localisationCases,
    document: localisationDocument,
  },
];

const NO_COUNTERPART = /^(heading|guidance|outside: .+)$/;
const DECISION = "decision > ";

describe.each(providers.map((provider) => [provider.name, provider] as const))(
  "the document of %s",
  (name, provider) => {
    const { policy, chosen, cases, document } = provider;
    it("is covered to the last sentence", () => {
      const sentences = document.map(([sentence]) => sentence);
      expect(uncoveredText(seedText(name), sentences)).toBe("");
    });

    it("has a counterpart in the policy or the cases for each sentence", () => {
      const codes = new Set(cases.map(([, , { code }]) => code));
      const nowhere = document.flatMap(([sentence, ...places]) =>
        places
          .filter((place) =>
            place.startsWith(DECISION)
              ? !codes.has(place.slice(DECISION.length))
              : !NO_COUNTERPART.test(place) && !existsIn(policy.definition, place),
          )
          .map((place) => `${place}: ${sentence}`),
      );
      expect(nowhere).toEqual([]);
    });

    it("has a sentence for each scope and each operation of the policy that is not a choice", () => {
      const places = document.flatMap(([, ...rest]) => rest);
      const { scopes, tools = {}, endpoints = {} } = policy.definition;
      const declared = [
        ...Object.keys(scopes).map((scope) => `scopes > ${scope}`),
        ...Object.keys(tools)
          .filter((tool) => !chosen.tools.some((own) => own === tool))
          .map((tool) => `tools > ${tool}`),
        ...Object.keys(endpoints).map((endpoint) => `endpoints > ${endpoint}`),
      ];
      const uncovered = declared.filter(
        (at) => !places.some((place) => place === at || place.startsWith(`${at} > `)),
      );
      expect(uncovered).toEqual([]);
    });
  },
);

describe("the check of documents", () => {
  it.each([
    ["One. Two. Three.", ["One.", "Two.", "Three."], ""],
    ["One. Two. Three.", ["One.", "Three."], "Two."],
    ["One. Two. Three.", ["One.", "Two."], "Three."],
    ["One. Two.", ["Two.", "One."], "not in the document after position 9: One."],
  ])("removes from %j the sentences %j and leaves %j", (text, sentences, left) => {
    expect(uncoveredText(text, sentences)).toBe(left);
  });

  it("finds paths that exist and no others", () => {
    expect(existsIn(loopwise.policy.definition, "scopes > openid > required")).toBe(true);
    expect(existsIn(loopwise.policy.definition, "scopes > openid > reserved")).toBe(false);
    expect(existsIn(loopwise.policy.definition, "scopes > toString")).toBe(false);
  });
});
