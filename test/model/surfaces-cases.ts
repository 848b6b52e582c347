// Cases of an operation on every surface.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const findings = (title: string): SurfaceCell => ["test/policy/cases.test.ts", title];
const decisions = (title: string): SurfaceCell => ["test/decision/cases.test.ts", title];
const types = (title: string): SurfaceCell => ["test/types/cases.test-d.ts", title];
const mcp = (title: string): SurfaceCell => ["test/mcp/cases.test.ts", title];
const gates = (title: string): SurfaceCell => ["test/contract/branches.test.ts", title];
const cli = (title: string): SurfaceCell => ["test/cli/cases.test.ts", title];
const consent = (title: string): SurfaceCell => ["test/consent/cases.test.ts", title];
const audit = (title: string): SurfaceCell => ["test/audit/cases.test.ts", title];
const matchers = (title: string): SurfaceCell => ["test/testing.test.ts", title];
const laws = (title: string): SurfaceCell => ["test/model/laws-cases.test.ts", title];

const not = (reason: string): SurfaceCell => ({ notApplicable: reason });

const NO_OPERATION = "the surface is about scopes alone, and this option belongs to an operation";
const MODEL = laws("get the decision of the naive model in each type of branch");
const MATRIX = cli("has a row for each branch, and counts each operation once");
const DOCS = cli("list the requirement of each branch");
const UNLOCKS = consent("%s opens the operations of its branches, each once");

const ONLY_FINDINGS = not(
  "accepts a finding when the policy is loaded, and nothing reads it later",
);

const SHARED = {
  decideRequest: decisions("is decided by the parameters of its path and by what the host passes"),
  "HTTP gates": gates("chooses the branch; the query and the body do not"),
  "MCP calls": mcp("gets each branch"),
  "MCP lists": mcp("is listed if any branch is allowed, and its security schemes name `otherwise`"),
  "consent JSON": UNLOCKS,
  "consent HTML": not("the page shows what the rows of the screen open"),
  resolveConsent: not("the result has what the user chose; only the screen depends on operations"),
  discovery: not(NO_OPERATION),
  registration: not(NO_OPERATION),
  refresh: not(NO_OPERATION),
  "connected apps": UNLOCKS,
  audit: audit("has the requirement of the branch that decided: %s"),
  explain: cli("has the branches in JSON, and no branches for other operations"),
  matrix: MATRIX,
  docs: DOCS,
  model: MODEL,
} as const;

/** The rows of these options. */
export const CASE_ROWS = {
  cases: {
    ...SHARED,
    types: types("are optional if only some branches have them"),
    schema: ["test/policy/undefined.test.ts", "is tested for every option of %s"],
    findings: findings("a case after one that all of its calls meet"),
    decide: decisions(
      "is denied without a token, after the denial and the parameters of its branch",
    ),
    toolsFor: decisions("shows a tool as allowed if any branch is"),
    challenge: gates("a tool without credentials: the challenge names the scope of the branch"),
    matchers: matchers("a case that is new, and one that is gone"),
    laws: laws("decide a call as an operation with only the branch that it takes"),
  },
  when: {
    ...SHARED,
    types: types("are optional and of any type if cases compare them"),
    schema: ["test/policy/undefined.test.ts", "is tested for every option of %s"],
    findings: findings("numbers that JSON readers round"),
    decide: decisions("is not decided by the length of a text or the name of a function"),
    toolsFor: not("a list has no arguments, so no `when` is met or failed in it"),
    challenge: gates("a tool by another letter case"),
    matchers: matchers("is tested with the arguments that choose its branch"),
    laws: laws("matters only for a call that meets several of them, which the first decides"),
  },
  otherwise: {
    ...SHARED,
    types: types("are required if every branch has them"),
    schema: ["test/policy/undefined.test.ts", "is tested for every option of %s"],
    findings: findings("cases without `otherwise`"),
    decide: decisions("is denied with an invalid token in each branch"),
    toolsFor: decisions("shows the decision of `otherwise` if no branch is allowed"),
    challenge: gates("a tool without credentials, in `otherwise`"),
    matchers: matchers("a weaker `otherwise` of a pattern and of an endpoint"),
    laws: laws("are listed as the model lists them"),
  },
  weakOtherwise: {
    types: types("have scopes, tiers and account types of the policy, and JSON scalars"),
    schema: ["test/policy/undefined.test.ts", "is tested for every option of %s"],
    findings: laws("are exactly those of brute force, if each case compares one argument"),
    decide: laws("never gains anything without `weakOtherwise`"),
    decideRequest: ONLY_FINDINGS,
    toolsFor: ONLY_FINDINGS,
    challenge: ONLY_FINDINGS,
    "HTTP gates": ONLY_FINDINGS,
    "MCP calls": ONLY_FINDINGS,
    "MCP lists": ONLY_FINDINGS,
    "consent JSON": ONLY_FINDINGS,
    "consent HTML": ONLY_FINDINGS,
    resolveConsent: ONLY_FINDINGS,
    discovery: ONLY_FINDINGS,
    registration: ONLY_FINDINGS,
    refresh: ONLY_FINDINGS,
    "connected apps": ONLY_FINDINGS,
    audit: ONLY_FINDINGS,
    explain: ONLY_FINDINGS,
    matrix: ONLY_FINDINGS,
    docs: ONLY_FINDINGS,
    matchers: ONLY_FINDINGS,
    model: not("the model accepts every policy that the library accepts, and decides alike"),
    laws: laws("about weak branches are silent with `weakOtherwise`"),
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
