// Matching rules on every surface.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const surface = (title: string): SurfaceCell => ["test/matching/surfaces.test.ts", title];
const values = (title: string): SurfaceCell => ["test/policy/matching-values.test.ts", title];
const laws = (title: string): SurfaceCell => ["test/matching/laws.test.ts", title];
const gates = (title: string): SurfaceCell => ["test/matching/gates.test.ts", title];
const agreement = (title: string): SurfaceCell => ["test/model/agreement-matching.test.ts", title];
const findings = (title: string): SurfaceCell => ["test/cases/findings-matching.ts", title];

const DENIAL = "name the scopes for the values of the call, never a prefix, a root or a star";
const LISTS = "of a list of tools are values that every scope of a rule covers";

/** The row of the option `match` of a scope. */
export const MATCHING_ROWS = {
  match: {
    types: ["test/policy/completion.test.ts", "a matching rule"],
    schema: ["test/policy/undefined.test.ts", "is tested for every option of %s"],
    findings: findings("an unknown matching rule, with the one that was probably meant"),
    decide: values("a granted scope with a rule for values"),
    decideRequest: values("is met in lists and requests by the value that the grant covers"),
    toolsFor: values(LISTS),
    challenge: surface(DENIAL),
    "HTTP gates": gates("is let through by a broader scope, or gets the scope to ask for: %s"),
    "MCP calls": gates("reaches a tool by a broader scope, or gets the scope to ask for: %s"),
    "MCP lists": gates("sees in the list the tools that some value can open: %s"),
    "consent JSON": surface(
      "offers a row for each named scope, and implies the rows that others cover",
    ),
    "consent HTML": surface("shows the rows on the page"),
    resolveConsent: surface("grants what a chosen scope covers among what was requested"),
    discovery: surface("advertise names alone, and no texts that a rule adds"),
    registration: surface("register %s within %s as %s"),
    refresh: surface("refresh %s for %s to %s"),
    "connected apps": surface("show a scope of an app under the names that it has"),
    audit: surface("record granted scopes as the token spells them"),
    explain: surface("explain a call that a broader grant allows, and the scope that it names"),
    matrix: surface("print implied scopes in the matrix"),
    docs: surface("name the rule in the documentation"),
    matchers: surface("report a scope that gets the rule %s"),
    model: agreement("return the same decision for any policy, token, name and parameters"),
    laws: laws("are covered reflexively and transitively, and more grants never deny a call"),
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
