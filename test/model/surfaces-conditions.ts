// Entitlements, account types, enrichments, internal operations and authentication on every surface.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const decisions = (title: string): SurfaceCell => ["test/conditions/decisions.test.ts", title];
const consent = (title: string): SurfaceCell => ["test/conditions/consent.test.ts", title];
const authorizer = (title: string): SurfaceCell => ["test/conditions/authorizer.test.ts", title];
const mcp = (title: string): SurfaceCell => ["test/conditions/mcp.test.ts", title];
const cli = (title: string): SurfaceCell => ["test/conditions/cli.test.ts", title];
const matchers = (title: string): SurfaceCell => ["test/conditions/matchers.test.ts", title];
const findings = (title: string): SurfaceCell => ["test/cases/findings-conditions.ts", title];
const laws = (title: string): SurfaceCell => ["test/model/laws-conditions.test.ts", title];
const contract = (title: string): SurfaceCell => ["test/contract/cases-decisions.ts", title];
const completion = (title: string): SurfaceCell => ["test/policy/completion.test.ts", title];

const not = (reason: string): SurfaceCell => ({ notApplicable: reason });

const MISTAKES: SurfaceCell = ["test/types/mistakes.test-d.ts", "a mistake in a definition"];
const SCHEMA: SurfaceCell = ["test/policy/undefined.test.ts", "is tested for every option of %s"];
const MODEL = laws("meet each rule and branch of the conditions often enough");
const MATCHERS = matchers("know each condition, and internal operations");
const MATRIX = cli("print the conditions of each operation in the matrix, and nothing internal");
const DOCS = cli("document conditions and enrichments, and nothing internal");

const NO_OPERATION = "the surface is about scopes alone, and this option belongs to an operation";
const NO_CHOICE = "the result has what the user chose; only the screen depends on operations";

const NO_SCOPE_SURFACES = {
  resolveConsent: not(NO_CHOICE),
  registration: not(NO_OPERATION),
  refresh: not(NO_OPERATION),
} as const;

/** The rows of these options. */
export const CONDITION_ROWS = {
  "entitlements, entitlement": {
    types: completion("an entitlement of a rule"),
    schema: cli("list the entitlements in the JSON Schema of the policy"),
    findings: findings("entitlements that are not declared, or written like a list or a tier"),
    decide: decisions("names the tier before the entitlement"),
    decideRequest: decisions("applies to a request of an endpoint"),
    toolsFor: decisions("shows a tool in the list that an upgrade would open"),
    challenge: authorizer("names the entitlement in the problem document, without a challenge"),
    "HTTP gates": contract("denies an account without the entitlement, without a challenge"),
    "MCP calls": mcp("gets the missing entitlement and the account types"),
    "MCP lists": mcp(
      "sees in the list what an upgrade or an authentication would open, and nothing internal",
    ),
    "consent JSON": consent("marks a scope that has no effect without an entitlement, with a note"),
    "consent HTML": consent("shows the note on the page, as a description of the box"),
    resolveConsent: consent(
      "locks such a row with `tierLocked`, and a selection of it does not count",
    ),
    discovery: consent(
      "do not depend on conditions: a scope with an entitlement is advertised, registered and refreshed",
    ),
    registration: consent(
      "do not depend on conditions: a scope with an entitlement is advertised, registered and refreshed",
    ),
    refresh: consent(
      "do not depend on conditions: a scope with an entitlement is advertised, registered and refreshed",
    ),
    "connected apps": consent(
      "shows a scope without effect for lack of an entitlement, after the tier",
    ),
    audit: authorizer("has the missing entitlement, those of the account, and the requirement"),
    explain: cli("the upgrade that adds an entitlement"),
    matrix: MATRIX,
    docs: DOCS,
    matchers: matchers("an entitlement is dropped"),
    model: MODEL,
    laws: laws("only ever open calls: more of them deny nothing that fewer allow"),
  },
  "account_type as a list": {
    types: not("a member of the token and of facts, which tests of this row pass as both types"),
    schema: not("a member of the token and of facts, not an option of a policy"),
    findings: not("a member of the token and of facts, not an option of a policy"),
    decide: decisions("types that meet one condition each"),
    decideRequest: not("the decision reads the token in the same function for names and paths"),
    toolsFor: not("the list reads the token in the same function as a decision"),
    challenge: not("the denial names the types of the policy, as for one type of the account"),
    "HTTP gates": contract("accepts one of several account types"),
    "MCP calls": mcp("gets the missing entitlement and the account types"),
    "MCP lists": not("a list leaves out tools for other account types, as `toolsFor` does"),
    "consent JSON": consent("offers the scopes of any of the account types"),
    "consent HTML": not("the page shows the rows of the screen, and no account type"),
    resolveConsent: not("the result uses the rows of the same screen"),
    discovery: not("documents do not depend on an account"),
    registration: not("a registration does not depend on an account"),
    refresh: not("a refresh does not depend on an account"),
    "connected apps": not("an app shows no effect of account types, for one type neither"),
    audit: authorizer("has the missing entitlement, those of the account, and the requirement"),
    explain: cli("several account types"),
    matrix: MATRIX,
    docs: not("the reference shows the types of the policy, and no account"),
    matchers: matchers("one of two conditions on account types is dropped"),
    model: MODEL,
    laws: laws("decide as one text and as a list of one"),
  },
  enrichedBy: {
    types: completion("one of several scopes for additional detail"),
    schema: SCHEMA,
    findings: findings("scopes for additional detail"),
    decide: decisions("both, in declared order"),
    decideRequest: decisions("are in the decision of a request and of a list"),
    toolsFor: decisions("are in the decision of a request and of a list"),
    challenge: not("a denial never names a scope that only adds detail"),
    "HTTP gates": contract("accepts a call with a scope for additional detail"),
    "MCP calls": mcp("reaches a tool whose handler sees the enrichments"),
    "MCP lists": not("the list of the protocol shows tools, and no part of a decision"),
    "consent JSON": consent("lists what a scope enriches among what it opens"),
    "consent HTML": not("the page shows what the rows of the screen open"),
    ...NO_SCOPE_SURFACES,
    discovery: not(NO_OPERATION),
    "connected apps": not("an app shows the effect of tier and entitlement on a scope only"),
    audit: authorizer("has the enrichments of an allowed call"),
    explain: cli("the enrichments"),
    matrix: MATRIX,
    docs: DOCS,
    matchers: matchers("another enrichment is added"),
    model: MODEL,
    laws: laws("change nothing else about a decision, and are listed exactly if it is enriched"),
  },
  internal: {
    types: MISTAKES,
    schema: SCHEMA,
    findings: findings("internal operations"),
    decide: decisions("is known to `decide`, `authorize` and `operation` of code"),
    decideRequest: decisions(
      "is unknown to everything else, even beside a pattern or an endpoint that would match",
    ),
    toolsFor: decisions("is in no list of the policy"),
    challenge: authorizer("gets the response of an unknown name, byte for byte: %s"),
    "HTTP gates": authorizer("cannot be named by a gate of a framework"),
    "MCP calls": mcp(
      "gets the answer of an unknown tool for an internal one, except for the name in it",
    ),
    "MCP lists": mcp(
      "sees in the list what an upgrade or an authentication would open, and nothing internal",
    ),
    "consent JSON": consent("names no internal operation, and no way to authenticate"),
    "consent HTML": consent("shows the note on the page, as a description of the box"),
    ...NO_SCOPE_SURFACES,
    discovery: consent(
      "do not depend on conditions: a scope with an entitlement is advertised, registered and refreshed",
    ),
    "connected apps": not("an app shows scopes, and no operation"),
    audit: authorizer(
      "is known to `decide` and `authorize` of the authorizer, with an audit event of its own",
    ),
    explain: cli("an internal operation"),
    matrix: MATRIX,
    docs: DOCS,
    matchers: matchers("an internal tool opens to gates"),
    model: MODEL,
    laws: laws("is in no list, screen, document or matrix"),
  },
  "acr, maxAge": {
    types: MISTAKES,
    schema: SCHEMA,
    findings: findings("authentication"),
    decide: decisions("expire by the clock that is handed in, with no cached decision"),
    decideRequest: contract("asks the user to authenticate again at an endpoint"),
    toolsFor: decisions("expire by the clock that is handed in, with no cached decision"),
    challenge: authorizer("asks the user to authenticate again, as RFC 9470 prescribes"),
    "HTTP gates": contract("asks the user to authenticate again after the maximum age"),
    "MCP calls": mcp("gets a tool result that asks the user to authenticate again"),
    "MCP lists": mcp(
      "sees in the list what an upgrade or an authentication would open, and nothing internal",
    ),
    "consent JSON": consent("names no internal operation, and no way to authenticate"),
    "consent HTML": consent("shows the note on the page, as a description of the box"),
    ...NO_SCOPE_SURFACES,
    discovery: consent(
      "do not depend on conditions: a scope with an entitlement is advertised, registered and refreshed",
    ),
    "connected apps": not("an app shows the effect of tier and entitlement on a scope only"),
    audit: authorizer("has what authentication is required"),
    explain: cli("another authentication"),
    matrix: MATRIX,
    docs: DOCS,
    matchers: MATCHERS,
    model: MODEL,
    laws: laws(
      "expires by the clock: allowed up to `maxAge`, denied from then on, whatever was decided before",
    ),
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
