// Catch-all endpoints, custom verbs and HEAD beside GET on every surface.

import type { SurfaceCell, SurfaceRow } from "./surfaces.js";

const surface = (title: string): SurfaceCell => ["test/policy/endpoint-surfaces.test.ts", title];
const types = (title: string): SurfaceCell => ["test/types/policy.test-d.ts", title];
const findings = (title: string): SurfaceCell => ["test/cases/findings-rules.ts", title];
const gates = (title: string): SurfaceCell => ["test/contract/wide-endpoints.test.ts", title];
const router = (title: string): SurfaceCell => ["test/policy/route.test.ts", title];
const contract = (title: string): SurfaceCell => ["test/contract/cases-decisions.ts", title];
const agreement = (title: string): SurfaceCell => ["test/model/agreement.test.ts", title];
const laws = (title: string): SurfaceCell => ["test/model/laws-paths.test.ts", title];
const heads = (title: string): SurfaceCell => ["test/model/laws-heads.test.ts", title];

const not = (reason: string): SurfaceCell => ({ notApplicable: reason });

const NO_ENDPOINT = not("the list has tools alone, and this option belongs to an endpoint");
const NO_OPERATION = not(
  "the surface is about scopes alone, and this option belongs to an endpoint",
);

const SHARED = {
  types: types("are exactly those that it declares"),
  schema: not(
    "a key of `endpoints`, where the JSON Schema accepts any text, as for every endpoint",
  ),
  decideRequest: surface("about %s %s with the scope %s is %s"),
  toolsFor: NO_ENDPOINT,
  challenge: surface("for %s %s names the scope of the endpoint: %s"),
  // the name of an endpoint is unknown there
  "MCP calls": [
    "test/mcp/protect.test.ts",
    "decides on every in-memory call by the policy, and runs only allowed tools",
  ],
  "MCP lists": NO_ENDPOINT,
  "consent JSON": surface(
    "lists catch-alls, verbs and HEAD among what a scope opens, and nothing that a catch-all denies",
  ),
  "consent HTML": surface("shows these endpoints on the page, as the policy spells them"),
  resolveConsent: not("the result has what the user chose; only the screen depends on operations"),
  discovery: NO_OPERATION,
  registration: NO_OPERATION,
  refresh: NO_OPERATION,
  "connected apps": surface(
    "shows a scope of an app as dormant if its only endpoint, such as a verb, needs a higher tier",
  ),
  explain: surface("explain the request %s by the endpoint %s"),
  matrix: surface(
    "print each of them in the matrix, and an endpoint that a catch-all denies with its reason",
  ),
  docs: surface("document each of them, and what the star of a catch-all means"),
  model: agreement("get the decision of the model"),
} as const;

/** The rows of these options. */
export const ENDPOINT_ROWS = {
  "catch-all endpoints (`GET /v1/files/{path*}`)": {
    ...SHARED,
    findings: findings("a catch-all that fills a placeholder"),
    decide: router("denies by name the endpoints all paths of which it matches"),
    "HTTP gates": gates("responds to %s %s with the scope %s with %s"),
    audit: surface("has the endpoint with its catch-all, and the value of several segments"),
    matchers: surface("what a catch-all no longer denies"),
    laws: laws("are denied wherever a denying catch-all matches, and nowhere else"),
  },
  "custom-verb endpoints (`POST /v1/{name}:cancel`)": {
    ...SHARED,
    types: types("are those of its placeholders, with the names in `params`"),
    findings: findings("endpoints that no order separates"),
    decide: surface("takes the value beside a verb, and no value of a catch-all"),
    "HTTP gates": gates("does not decide on %s as on the value of a parameter"),
    audit: surface("has the endpoint with its verb, and the value beside the verb"),
    matchers: surface("a path that is no verb any more"),
    laws: laws("do not depend on their order, and the found one alone matches the path too"),
  },
  "HEAD beside GET": {
    ...SHARED,
    findings: findings("endpoints of HEAD"),
    decide: router("is a name of the policy, and its requests are decided by the GET"),
    challenge: contract("denies HEAD by the rule of GET, without a body"),
    "HTTP gates": gates(
      "decides HEAD by the GET beside which the policy declares it, without a body",
    ),
    audit: surface("of a request of HEAD has the endpoint of GET"),
    explain: surface("explain an endpoint of HEAD by its name, as its GET"),
    matchers: surface("nothing for a new HEAD beside a GET"),
    model: heads("change no decision on a request, and a request of HEAD has the decision of GET"),
    laws: heads("have the decision of their GET by name"),
  },
} satisfies Readonly<Record<string, SurfaceRow>>;
