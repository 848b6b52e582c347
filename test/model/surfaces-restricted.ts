// Restricted scopes and scope descriptions on every surface.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const types = (title: string): SurfaceCell => ["test/types/restricted.test-d.ts", title];
const decisions = (title: string): SurfaceCell => ["test/decision/restricted.test.ts", title];
const authorizer = (title: string): SurfaceCell => [
  "test/resource-server/restricted.test.ts",
  title,
];
const contract = (title: string): SurfaceCell => ["test/contract/cases-decisions.ts", title];
const clients = (title: string): SurfaceCell => ["test/e2e/real-clients.test.ts", title];
const consent = (title: string): SurfaceCell => ["test/consent/restricted.test.ts", title];
const discovery = (title: string): SurfaceCell => ["test/discovery/restricted.test.ts", title];
const cli = (title: string): SurfaceCell => ["test/cli/restricted.test.ts", title];
const agreement = (title: string): SurfaceCell => ["test/model/agreement.test.ts", title];
const descriptions = (title: string): SurfaceCell => [
  "test/discovery/scope-descriptions.test.ts",
  title,
];

const not = (reason: string): SurfaceCell => ({ notApplicable: reason });

const NOT_READ = not("reads no option of a discovery document, and the option changes one member");

/** The rows of these options. */
export const RESTRICTED_ROWS = {
  restricted: {
    types: types("is a declared scope as any other"),
    schema: ["test/policy/undefined.test.ts", "is tested for every option of %s"],
    findings: [
      "test/cases/findings-restricted.ts",
      "a restricted scope that every client would get",
    ],
    decide: decisions("blocks as a reserved one does if the client is not approved"),
    decideRequest: agreement("get the decision of the model"),
    toolsFor: decisions(
      "leaves out what only restricted scopes open, for a client that is not approved",
    ),
    challenge: authorizer(
      "gets a 403 without a challenge, or the challenge of another alternative",
    ),
    "HTTP gates": contract("names a restricted scope in the challenge of an approved client"),
    "MCP calls": clients(
      "asks for a restricted scope only if the client is approved for it, with one consent page",
    ),
    "MCP lists": authorizer(
      "is told no restricted scope by the 401 and the security schemes of MCP",
    ),
    "consent JSON": consent("offers a restricted scope only to a client that is approved for it"),
    "consent HTML": consent(
      "as HTML names no restricted scope to the user of a client that is not approved",
    ),
    resolveConsent: consent(
      "grants a restricted scope to an approved client, and counts it as tampering otherwise",
    ),
    discovery: discovery("has no restricted scope"),
    registration: discovery("does not take a ceiling or a default scope for an approval"),
    refresh: discovery("drops a requested scope for which the client is no longer approved"),
    "connected apps": consent(
      "shows a granted restricted scope as active: in a token it counts without an approval",
    ),
    audit: authorizer("marks an alternative with a restricted scope in the audit event"),
    explain: cli("names the approval that an unapproved client lacks"),
    matrix: cli("marks the scope and the operation"),
    docs: cli("has restricted scopes in a section of their own, and not among those to request"),
    matchers: decisions("show a restricted scope as `reserved_scope`, and as allowed in the token"),
    model: agreement("has the names and codes of the model"),
    laws: [
      "test/model/laws-restricted.test.ts",
      "ends after two rounds at most, and a challenge names no restricted scope that it cannot have",
    ],
  },
  "scopeDescriptions (scope_descriptions)": {
    types: types("scope descriptions are a switch"),
    schema: not("an option of the functions and of the authorizer, not of a policy"),
    findings: descriptions("cannot be given as a member: the error names the option"),
    decide: NOT_READ,
    decideRequest: NOT_READ,
    toolsFor: NOT_READ,
    challenge: NOT_READ,
    "HTTP gates": descriptions(
      "gives the document that a gate serves the texts, with the option of the authorizer",
    ),
    "MCP calls": NOT_READ,
    "MCP lists": NOT_READ,
    "consent JSON": NOT_READ,
    "consent HTML": NOT_READ,
    resolveConsent: NOT_READ,
    discovery: descriptions(
      "gives the authorization server's document the text of each listed scope",
    ),
    registration: NOT_READ,
    refresh: NOT_READ,
    "connected apps": NOT_READ,
    audit: NOT_READ,
    explain: NOT_READ,
    matrix: NOT_READ,
    docs: NOT_READ,
    matchers: NOT_READ,
    model: not("the member has the texts of the policy as they are, so a model would repeat it"),
    laws: descriptions("is left out by default, and if no listed scope has a text"),
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
