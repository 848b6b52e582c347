// Two templates of one shape, which differ in placeholder names alone, on every surface.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const surface = (title: string): SurfaceCell => ["test/policy/twin-surfaces.test.ts", title];
const twins = (title: string): SurfaceCell => ["test/policy/twins.test.ts", title];
const agreement = (title: string): SurfaceCell => ["test/model/agreement.test.ts", title];

const not = (reason: string): SurfaceCell => ({ notApplicable: reason });

const CEILINGS = twins("keep the name %s, which covers the instances of both");

/** The row of this option. */
export const TWIN_ROWS = {
  "two templates of one shape": {
    types: ["test/types/twins.test-d.ts", "are two names, each with its own parameter"],
    schema: surface("list both names in the JSON Schema of the policy"),
    findings: ["test/cases/findings-scopes.ts", "two such templates whose conditions differ"],
    decide: twins("denies other values, and names the parameter of the template"),
    decideRequest: surface("open %s for the value of the token alone"),
    toolsFor: surface("list the tools of both templates for one scope token"),
    challenge: surface(
      "names the scope token once in a challenge for an operation that needs both",
    ),
    "HTTP gates": surface(
      "of %s lets the token through, and names the one scope token in a challenge",
    ),
    "MCP calls": not("calls are decided by `decide`, and no gate reads a scope by its text"),
    "MCP lists": surface("name neither template in a security scheme of MCP"),
    "consent JSON": twins("shows one row with the operations of both"),
    "consent HTML": surface("show one box on the page, with the title of the first template"),
    resolveConsent: twins("drops it if only the second list has it"),
    discovery: surface("advertise neither template, since a client cannot request a placeholder"),
    registration: CEILINGS,
    refresh: CEILINGS,
    "connected apps": surface("show one scope of a connected app"),
    audit: surface("records the template that the operation names, and the scope token"),
    explain: surface("explain a call by the parameter of the template that the operation names"),
    matrix: surface("print the template that each operation names in the matrix"),
    docs: surface("document both templates, each with its title"),
    matchers: surface(
      "reports no widening if a template gets a twin, or an operation names the twin",
    ),
    model: agreement("return the same decision for any policy, token, name and parameters"),
    laws: [
      "test/model/laws-twins.test.ts",
      "are one scope: the older names and the implied scopes of one are those of the other",
    ],
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
