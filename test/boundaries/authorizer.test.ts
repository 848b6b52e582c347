// The library's verifiers hand the claims that the policy names to the authorizer; an own function returns `boundaries`.

import { createAuthorizer, loadPolicy, type Rejection, type Verify } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";
import { accessTokenFromClaims, jwtVerifier } from "scope-policy/verify";
import { describe, expect, it } from "vitest";
import { mint, OPTIONS } from "../verify/fixtures.js";
import { ACTIVE, createScene } from "../verify/introspection-scene.js";
import { createGateParts, rawToken } from "./hosting.js";

const policy = loadPolicy({
  name: "Projects",
  version: "1",
  boundaries: {
    project: { claim: "projects" },
    region: { claim: "https://as.example/regions", absent: "dangerouslyAll" },
  },
  scopes: { "courses:read": {} },
  tools: {
    list: { scope: "courses:read", within: { project: "projectId" } },
    list_region: { scope: "courses:read", within: { region: "regionId" } },
  },
});

const P1 = { projectId: "p1" };
const EU = { regionId: "eu" };
const REGIONS = "https://as.example/regions";

type Given = Readonly<Record<string, unknown>>;

/** Each way in which a token reaches an authorizer, with the claims of the issuer. */
const VERIFIERS: Readonly<Record<string, (claims: Given) => Promise<readonly [Verify, string]>>> = {
  jwtVerifier: async (claims) => [jwtVerifier(OPTIONS), await mint({ claims })],
  introspectionVerifier: async (claims) => [
    createScene({}, { ...ACTIVE, ...claims }).verify,
    "opaque",
  ],
  accessTokenFromClaims: async (claims) => [
    () => accessTokenFromClaims({ scope: "courses:read", ...claims }),
    "raw",
  ],
};

const OWN =
  (boundaries: unknown): Verify =>
  () =>
    ({ scope: "courses:read", boundaries }) as never;

async function decisionOf(verify: Verify, raw: string, tool = "list", params: object = P1) {
  const reasons: string[] = [];
  const onRejected = ({ reason, detail }: Rejection) => void reasons.push(`${reason}: ${detail}`);
  const authorizer = createAuthorizer({ policy, verify, onRejected });
  const { decision, token } = await authorizer.decide(raw, tool as never, params as never);
  return { code: decision.code, boundaries: token?.boundaries, reasons };
}

describe.each(Object.keys(VERIFIERS))("a token of %s", (name) => {
  const verifier = async (claims: Given) => (VERIFIERS[name] as (typeof VERIFIERS)[string])(claims);

  it("has the values of the claim that the policy names", async () => {
    const [verify, raw] = await verifier({ projects: ["p1", "p2"], project: ["p3"] });
    expect(await decisionOf(verify, raw)).toEqual({
      code: "allowed",
      boundaries: { project: ["p1", "p2"] },
      reasons: [],
    });
    expect((await decisionOf(verify, raw, "list", { projectId: "p3" })).code).toBe(
      "binding_mismatch",
    );
    // the second token comes from the cache
    expect((await decisionOf(verify, raw)).code).toBe("allowed");
  });

  it("has one value with a text", async () => {
    const [verify, raw] = await verifier({ projects: "p1", [REGIONS]: "us" });
    expect((await decisionOf(verify, raw)).boundaries).toEqual({ project: ["p1"], region: ["us"] });
    expect((await decisionOf(verify, raw, "list_region", EU)).code).toBe("binding_mismatch");
  });

  it("has no value without the claim, or every one where the policy states so", async () => {
    const [verify, raw] = await verifier({});
    expect((await decisionOf(verify, raw)).code).toBe("binding_mismatch");
    expect((await decisionOf(verify, raw, "list_region", EU)).code).toBe("allowed");
  });

  it.each([7, null, { p1: true }, ["p1", 7], [["p1"]], true])(
    "is invalid with the claim %j, never without it",
    async (claim) => {
      const [verify, raw] = await verifier({ [REGIONS]: claim });
      expect(await decisionOf(verify, raw, "list_region", EU)).toMatchObject({
        code: "invalid_token",
        reasons: [
          "malformed: a claim of a boundary is neither a text nor a list of at most 1,024 texts; no option accepts it",
        ],
      });
    },
  );

  it("has its values for a decision without an authorizer too", async () => {
    const [verify, raw] = await verifier({ projects: ["p1"], [REGIONS]: ["us"] });
    const token = (await verify(raw)) as NonNullable<Awaited<ReturnType<Verify>>>;
    expect(policy.decide(token, "list", P1 as never).code).toBe("allowed");
    expect(policy.decide(token, "list_region", EU as never).code).toBe("binding_mismatch");
  });
});

describe("a token of an own `verify`", () => {
  it("has the values that the function returned, as a frozen copy", async () => {
    const projects = ["p1"];
    const verify = OWN({ project: projects, region: ["eu"], other: ["x"] });
    const { code, boundaries } = await decisionOf(verify, "raw");
    projects.push("p2");
    expect(code).toBe("allowed");
    expect(boundaries).toEqual({ project: ["p1"], region: ["eu"] });
    expect(Object.isFrozen(boundaries) && Object.isFrozen(boundaries?.["project"])).toBe(true);
  });

  it.each([7, null, ["p1"], { project: 7 }, { region: null }])(
    "is invalid with the boundaries %j",
    async (boundaries) => {
      expect(await decisionOf(OWN(boundaries), "raw", "list_region", EU)).toMatchObject({
        code: "invalid_token",
        reasons: [
          "verify_result: `boundaries` that `verify` or `authenticate` returned is not an object of lists of at most 1,024 texts each",
        ],
      });
    },
  );

  it("has no claims of the issuer in place of `boundaries`", async () => {
    const verify = () => ({ scope: "courses:read", projects: ["p1"] });
    expect((await decisionOf(verify, "raw")).code).toBe("binding_mismatch");
  });
});

describe("a response", () => {
  it("names the parameter outside of the boundary, without a challenge", async () => {
    const { authorizer } = createGateParts();
    const claims = rawToken({ scope: "openid keys:read", boundaries: { project: ["p1"] } });
    const { decision } = await authorizer.decide(claims, "list_keys", { projectId: "p2" });
    if (decision.allowed) throw new Error("expected a denial");
    const { status, headers, body } = authorizer.answer(decision, { operation: "list_keys" });
    expect(status).toBe(403);
    expect(headers).not.toHaveProperty("WWW-Authenticate");
    expect(body).toMatchObject({
      error: "binding_mismatch",
      param: "projectId",
      tool: "list_keys",
    });
  });

  it("names the scope alone in a challenge for a value within the boundary", async () => {
    const { authorizer } = createGateParts();
    const claims = rawToken({ scope: "openid", boundaries: { project: ["p1"] } });
    const { decision } = await authorizer.decide(claims, "list_keys", { projectId: "p1" });
    if (decision.allowed) throw new Error("expected a denial");
    const challenge = authorizer.answer(decision).headers["WWW-Authenticate"];
    expect(challenge).toContain('scope="keys:read openid"');
    expect(challenge).not.toContain("p1");
  });
});

describe("an audit event", () => {
  it("has the parameter, and the boundaries that the operation requires", async () => {
    const { authorizer, events } = createGateParts();
    const claims = rawToken({ scope: "openid keys:write", entitlements: ["fleet"] });
    await authorizer.decide(claims, "move_key", { projectId: "p1", regionId: "eu" });
    expect(events[0]).toMatchObject({
      decision: { code: "binding_mismatch", param: "projectId" },
      requirement: {
        rules: [{ anyOf: [{ within: { project: "projectId", region: "regionId" } }] }],
      },
    });
  });
});

describe("the gate of a framework", () => {
  it("denies a value outside of the boundary in the path", async () => {
    const { authorizer } = createGateParts();
    const gate = fetchGate(authorizer);
    const claims = { scope: "keys:read", boundaries: { project: ["p1"] } };
    const headers = { Authorization: `Bearer ${rawToken(claims)}` };
    const answer = async (projectId: string) => {
      const url = `https://api.example.com/projects/${projectId}/keys`;
      return gate.endpoint(new Request(url, { headers }));
    };
    expect(await answer("p1")).toMatchObject({ boundaries: { project: ["p1"] } });
    expect(((await answer("p2")) as Response).status).toBe(403);
  });
});
