// Boundaries on every surface: the option of an operation, and the one at the top of a policy.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const decisions = (title: string): SurfaceCell => ["test/boundaries/decisions.test.ts", title];
const consent = (title: string): SurfaceCell => ["test/boundaries/consent.test.ts", title];
const authorizer = (title: string): SurfaceCell => ["test/boundaries/authorizer.test.ts", title];
const mcp = (title: string): SurfaceCell => ["test/boundaries/mcp.test.ts", title];
const cli = (title: string): SurfaceCell => ["test/boundaries/cli.test.ts", title];
const matchers = (title: string): SurfaceCell => ["test/boundaries/matchers.test.ts", title];
const findings = (title: string): SurfaceCell => ["test/cases/findings-boundaries.ts", title];
const laws = (title: string): SurfaceCell => ["test/model/laws-boundaries.test.ts", title];
const completion = (title: string): SurfaceCell => ["test/policy/completion.test.ts", title];

const not = (reason: string): SurfaceCell => ({ notApplicable: reason });

const SCHEMA = cli("list the boundaries in the JSON Schema of the policy");
const LIST = decisions("ignores boundaries, since a list has no arguments");
const MCP_LIST = mcp("sees a tool in the list whatever the boundary is, if it has the scope");
const APPS = consent("shows the values to which its access is limited");
const DOCUMENTS = consent("do not depend on boundaries");
const MATRIX = cli("print the boundary of each operation in the matrix, with what a scope opens");
const DOCS = cli("document each boundary, and the parameter of each operation");
const MODEL = laws("meet each rule and branch of boundaries often enough");

/** The rows of these options. */
export const BOUNDARY_ROWS = {
  within: {
    types: completion("a boundary of a rule"),
    schema: SCHEMA,
    findings: findings("boundaries that are not declared, or written like a claim or a list"),
    decide: decisions("denies another value"),
    decideRequest: decisions("limits the value in the path of a request"),
    toolsFor: LIST,
    challenge: authorizer("names the scope alone in a challenge for a value within the boundary"),
    "HTTP gates": authorizer("denies a value outside of the boundary in the path"),
    "MCP calls": mcp("gets a tool result that names the parameter outside of the boundary"),
    "MCP lists": MCP_LIST,
    "consent JSON": consent(
      "offers the values of each boundary that the operations of an offered scope need",
    ),
    "consent HTML": consent("has a group of boxes for each boundary, whose labels are escaped"),
    resolveConsent: consent("denies access if it is %j and a granted scope needs a value"),
    discovery: DOCUMENTS,
    registration: DOCUMENTS,
    refresh: DOCUMENTS,
    "connected apps": not("an app shows the values of the grant, whatever operations need them"),
    audit: authorizer("has the parameter, and the boundaries that the operation requires"),
    explain: cli("a value outside of the boundary"),
    matrix: MATRIX,
    docs: DOCS,
    matchers: matchers("know boundaries"),
    model: MODEL,
    laws: laws("is never allowed, whatever its letter case or type is"),
  },
  boundaries: {
    types: completion("an option of a boundary"),
    schema: SCHEMA,
    findings: findings("declarations of boundaries"),
    decide: decisions("has every value without the list where the policy states so"),
    decideRequest: not("the decision reads the token in the same function for names and paths"),
    toolsFor: LIST,
    challenge: authorizer("names the parameter outside of the boundary, without a challenge"),
    "HTTP gates": authorizer("has the values of the claim that the policy names"),
    "MCP calls": not("the handler of a call gets the token of the same authorizer"),
    "MCP lists": MCP_LIST,
    "consent JSON": consent("has nothing new only if the earlier grant has every offered value"),
    "consent HTML": consent("explains a choice without values"),
    resolveConsent: consent("removes the values of the earlier grant that are not chosen again"),
    discovery: DOCUMENTS,
    registration: DOCUMENTS,
    refresh: DOCUMENTS,
    "connected apps": APPS,
    audit: consent("has the granted values, also for other log systems"),
    explain: cli("an unknown boundary"),
    matrix: MATRIX,
    docs: DOCS,
    matchers: matchers("a token without the claim gets every value"),
    model: MODEL,
    laws: laws("is denied without the list too, unless the policy states otherwise"),
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
