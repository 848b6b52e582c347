// Decisions, findings, responses and screens as JSON text, from fixed seeds: the same bytes in every runtime.
import fc from "fast-check";
import { consentScreen, createAuthorizer, loadPolicy } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";
import { jwtVerifier } from "scope-policy/verify";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { DECISION_POLICY } from "../cases/decision-case.js";
import { SCOPE_DECISIONS } from "../cases/decisions.js";
import { GATE_DECISIONS } from "../cases/decisions-conditions.js";
import { BOUNDARY_FINDINGS } from "../cases/findings-boundaries.js";
import { CONDITION_FINDINGS } from "../cases/findings-conditions.js";
import { MATCHING_FINDINGS } from "../cases/findings-matching.js";
import { RESTRICTED_FINDINGS } from "../cases/findings-restricted.js";
import { RULE_FINDINGS } from "../cases/findings-rules.js";
import { SCOPE_FINDINGS } from "../cases/findings-scopes.js";
import { SHAPE_FINDINGS } from "../cases/findings-shape.js";
import { HOSTILE_CALL_POLICIES } from "../cases/hostile-call.js";
import { HOSTILE_NAMES } from "../cases/hostile-names.js";
import { HOSTILE_PATHS } from "../cases/hostile-paths.js";
import { HOSTILE_SCOPES } from "../cases/hostile-scopes.js";
import { INVALID_POLICY_TEXTS } from "../cases/invalid-policies.js";
import { factsOf } from "../consent/facts.js";
import { drawn } from "../model/draw.js";
import { load } from "../model/observe.js";
import { drawCalls, drawRequests } from "../model/points.js";
import { findingsOf, policyWith } from "../policy/findings-of.js";
import { CLAIMS, type Minting, MUTATIONS, mint, OPTIONS } from "../verify/fixtures.js";

const SEED = 20_261_128;
const POLICIES = 12;

function decisionCases(): unknown[] {
  const policy = loadPolicy(DECISION_POLICY);
  return [...SCOPE_DECISIONS, ...GATE_DECISIONS].map(({ token, tool, params }) =>
    policy.decideUntrusted(token, tool, params),
  );
}

function hostileCalls(): unknown[] {
  return [...HOSTILE_NAMES, ...HOSTILE_SCOPES, ...HOSTILE_PATHS].map(
    ([, name, token, target, , params]) => {
      const policy = load(HOSTILE_CALL_POLICIES[name] as never);
      const claims = typeof token === "string" ? { scope: token } : token;
      return typeof target === "object" && target !== null && "path" in target
        ? policy.decideRequest(claims as never, target as never)
        : policy.decideUntrusted(claims, target, params);
    },
  );
}

function randomDecisions(): unknown[] {
  const calls = fc.sample(drawn(drawCalls), { seed: SEED, numRuns: POLICIES });
  const requests = fc.sample(drawn(drawRequests), { seed: SEED, numRuns: POLICIES });
  return [
    ...calls.flatMap(({ definition, calls: list }) =>
      list.map(({ name, token, params }) => load(definition).decideUntrusted(token, name, params)),
    ),
    ...requests.flatMap(({ definition, calls: list }) =>
      list.map(({ token, request }) =>
        load(definition).decideRequest(token as never, request as never),
      ),
    ),
  ];
}

function policyFindings(): unknown[] {
  const policies = [
    ...SHAPE_FINDINGS,
    ...SCOPE_FINDINGS,
    ...RULE_FINDINGS,
    ...CONDITION_FINDINGS,
    ...MATCHING_FINDINGS,
    ...BOUNDARY_FINDINGS,
    ...RESTRICTED_FINDINGS,
  ].map(({ policy }) => policyWith(policy));
  const text = JSON.stringify(HOSTILE_CALL_POLICIES.courses);
  const sources = [...policies, ...INVALID_POLICY_TEXTS.map(([, change]) => change(text))];
  return sources.map((source) =>
    // the runtime writes what follows
    findingsOf(source).map((one) => ({
      ...one,
      message: one.message.replace(/(?<=is not JSON: ).*/, ""),
    })),
  );
}

/** Signed tokens, by what is wrong with them. */
const TOKENS: Readonly<Record<string, Minting>> = {
  valid: {},
  "another algorithm": { key: "as-es256" },
  "without the scope": { claims: { scope: "openid" } },
  expired: { claims: { exp: CLAIMS["iat"] } },
  "another audience": { claims: { aud: "https://other.example" } },
  "another issuer": { claims: { iss: "https://other.example" } },
  "an attacker's key": { key: "attacker-rs256" },
  "no signature": { key: "none", header: { alg: "none" } },
  "an HMAC with the public key": { key: "hmac-public-pem", header: { alg: "HS256" } },
  "an HMAC with no key": { key: "hmac-empty", header: { alg: "HS256" } },
};

const PATHS = ["/courses/7", "/courses/7/", "/Courses/7", "/courses/%37", "/courses/a%2Fb"];
const OTHERS = ["/health", "/unknown", "/.well-known/oauth-protected-resource/mcp"];

async function headersOf(): Promise<[title: string, headers: Record<string, string>][]> {
  const tokens = await Promise.all(
    Object.entries(TOKENS).map(async ([title, minting]) => [title, await mint(minting)] as const),
  );
  const valid = await mint();
  const changed = Object.entries(MUTATIONS).flatMap(([title, change]) => {
    const text = change(valid);
    return title.startsWith("es256") || /\s/.test(text) ? [] : [[title, text] as const];
  });
  return [
    ...[...tokens, ...changed].map(([title, token]): [string, Record<string, string>] => [
      title,
      { authorization: `Bearer ${token}` },
    ]),
    ["nothing", {}],
    ["another scheme", { authorization: "Basic dTpw" }],
    ["two tokens", { authorization: `Bearer ${valid}, Bearer ${valid}` }],
  ];
}

function createGate() {
  const policy = loadPolicy({
    name: "Courses",
    version: "1",
    scopes: { "courses:read": "See your courses" },
    endpoints: { "GET /courses/{id}": "courses:read", "GET /health": { public: true } },
  });
  const verify = jwtVerifier(OPTIONS);
  const { issuer, audience } = OPTIONS as { issuer: string; audience: string };
  return fetchGate(
    createAuthorizer({
      policy,
      verify,
      resource: audience,
      authorizationServers: [issuer],
      onRejected: () => undefined,
    }),
  );
}

/** Status, headers and body of each response of a gate to signed tokens. */
async function gateResponses(): Promise<unknown[]> {
  const gate = createGate();
  const answers: unknown[] = [];
  for (const [title, headers] of await headersOf()) {
    for (const path of [...PATHS, ...OTHERS]) {
      const request = new Request(`https://api.example.com${path}`, { headers });
      const answer = gate.metadata(request) ?? (await gate.endpoint(request));
      answers.push(
        answer instanceof Response
          ? [title, path, answer.status, [...answer.headers], await answer.text()]
          : [title, path, answer?.sub, answer?.scope],
      );
    }
  }
  return answers;
}

function consentScreens(): unknown[] {
  const names = Object.keys(loopwise.definition.scopes);
  return ["en", "de", "es", "fr", "ja"].flatMap((locale) =>
    names.map((requested) => consentScreen(loopwise, factsOf({ requested, locale }))),
  );
}

/** What is compared between the runtimes, by name. */
export const ANSWERS: Readonly<Record<string, () => unknown[] | Promise<unknown[]>>> = {
  "decisions of the cases": decisionCases,
  "decisions on hostile calls": hostileCalls,
  "decisions by random policies": randomDecisions,
  "findings in invalid policies": policyFindings,
  "responses of `fetchGate` to signed tokens": gateResponses,
  "consent screens": consentScreens,
};
