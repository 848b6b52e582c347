import { exportJWK, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { PolicyError } from "../../src/errors.js";
import { introspectionVerifier } from "../../src/verify/introspection.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { defined } from "../defined.js";
import { KEY_SET, OPTIONS, publicJwk, thrownBy } from "./fixtures.js";

const privateKeys = await generateKeyPair("ES256", { extractable: true });
const privateJwk = await exportJWK(privateKeys.privateKey);

/** Returns the paths of the findings, sorted. */
async function faultsOf(make: (options: never) => unknown, options: unknown) {
  const error = await thrownBy(() => make(options as never));
  if (error === undefined) return [];
  expect(error).toBeInstanceOf(PolicyError);
  const { code, findings } = error as PolicyError;
  expect(code).toBe("ERR_OPTIONS_INVALID");
  return findings.map(({ path }) => path).sort();
}

const URLS: readonly [string, unknown, boolean][] = [
  ["https", "https://as.example.com/jwks", true],
  ["a URL", new URL("https://as.example.com/jwks"), true],
  ["a query", "https://as.example.com/jwks?v=2", true],
  ["http on a loopback address", "http://127.0.0.1:8080/jwks", true],
  ["http on localhost", "http://localhost/jwks", true],
  ["http on ::1", "http://[::1]/jwks", true],
  ["http", "http://as.example.com/jwks", false],
  ["http on a host that looks local", "http://localhost.example.com/", false],
  ["http on a host that looks like a loopback address", "http://127.0.0.1.example.com/", false],
  ["a file", "file:///etc/jwks.json", false],
  ["a file on localhost", "file://localhost/etc/jwks.json", false],
  ["data", "data:application/json,{}", false],
  ["a path", "/jwks", false],
  ["an empty string", "", false],
  ["a number", 7, false],
  ["credentials", "https://user:secret@as.example.com/jwks", false],
  ["a password", "https://:secret@as.example.com/jwks", false],
  ["a fragment", "https://as.example.com/jwks#top", false],
];

const SHARED: readonly [string, unknown, boolean][] = [
  ["clockTolerance", 0, true],
  ["clockTolerance", 300, true],
  ["clockTolerance", 301, false],
  ["clockTolerance", -1, false],
  ["clockTolerance", Number.NaN, false],
  ["clockTolerance", "5s", false],
  ["dangerouslyIgnoreConfirmation", true, true],
  ["dangerouslyIgnoreConfirmation", false, true],
  ["dangerouslyIgnoreConfirmation", "true", false],
  ["cache", false, true],
  ["cache", {}, true],
  ["cache", { entries: 2, seconds: 3_600 }, true],
  ["cache", { entries: undefined }, false],
  ["cache", { seconds: undefined }, false],
  ["cache", true, false],
  ["cache", null, false],
  ["cache", [], false],
  ["cache", { entries: 1 }, false],
  ["cache", { entries: 2.5 }, false],
  ["cache", { entries: 1_000_001 }, false],
  ["cache", { entries: Number.POSITIVE_INFINITY }, false],
  ["cache", { seconds: 0 }, false],
  ["cache", { seconds: 3_601 }, false],
  ["cache", { ttl: 5 }, false],
  ["cache", { constructor: 5 }, false],
  ["scopeClaim", "scp", true],
  ["scopeClaim", "roles", true],
  ["scopeClaim", "https://example.com/scope", true],
  ["scopeClaim", ["resource_access", "api", "roles"], true],
  ["scopeClaim", { firstOf: ["scp", ["realm_access", "roles"]] }, true],
  ["scopeClaim", "", false],
  ["scopeClaim", [], false],
  ["scopeClaim", ["a", ""], false],
  ["scopeClaim", ["a", ["b"]], false],
  ["scopeClaim", {}, false],
  ["scopeClaim", { firstOf: [] }, false],
  ["scopeClaim", { firstOf: "scp" }, false],
  ["scopeClaim", { firstOf: ["scp", 7] }, false],
  ["scopeClaim", { firstOf: ["scp"], or: "scope" }, false],
  ["scopeClaim", null, false],
  ["audienceClaim", "aud", true],
  ["audienceClaim", "client_id", true],
  ["audienceClaim", "azp", true],
  ["audienceClaim", "sub", false],
  ["maxTokenAge", 31_536_000, true],
  ["maxTokenAge", 31_536_001, false],
  ["maxTokenAge", 0, false],
  ["maxTokenAge", Number.POSITIVE_INFINITY, false],
  ["maxTokenAge", "1h", false],
  ["claims", true, true],
  ["claims", ["org_id"], true],
  ["claims", false, false],
  ["claims", [], false],
  ["claims", [""], false],
  ["claims", "org_id", false],
  ["timeout", 1, true],
  ["timeout", 0, false],
  ["timeout", 60_001, false],
  ["fetch", () => undefined, true],
  ["fetch", "fetch", false],
  ["now", Date.now, true],
  ["now", 1, false],
  ["cahce", false, false],
];

const JWT: readonly [string, unknown, boolean][] = [
  ["issuer", "accounts.example.com", true],
  ["issuer", "", false],
  ["issuer", 7, false],
  ["issuer", [], false],
  ["audience", ["a", "b"], true],
  ["audience", "", false],
  ["audience", [], false],
  ["audience", ["a", ""], false],
  ["audience", { 0: "a" }, false],
  ["algorithms", ["ES256"], true],
  ["algorithms", "RS256", false],
  ["algorithms", [], false],
  ["algorithms", ["none"], false],
  ["algorithms", ["RS256", "HS256"], false],
  ["algorithms", ["constructor"], false],
  ["algorithms", ["rs256"], false],
  ["jwks", KEY_SET, true],
  ["jwks", { keys: [] }, false],
  ["jwks", { keys: {} }, false],
  ["jwks", { keys: [null] }, false],
  ["jwks", KEY_SET.keys, false],
  ["jwks", 7, false],
  ["jwks", { keys: [privateJwk] }, false],
  ["jwks", { keys: [await publicJwk("as-rs256"), { kty: "oct", k: "AAAA" }] }, false],
  ["jwks", { keys: [{ kty: "AKP", alg: "ML-DSA-44", pub: "AA", priv: "AA" }] }, false],
  ["jwks", { keys: [{ kty: "EC", self: () => 1 }] }, false],
  ["profile", "rfc9068", true],
  ["profile", "lenient", true],
  ["profile", "none", false],
];

describe("the options of jwtVerifier", () => {
  it.each([undefined, null, 7, {}, []])("are reported as missing for %s", async (options) => {
    expect(await faultsOf(jwtVerifier, options)).toEqual([
      "algorithms",
      "audience",
      "issuer",
      "jwks",
    ]);
  });

  it.each([...SHARED, ...JWT])("with `%s: %j` are accepted: %s", async (name, value, isGood) => {
    const faults = await faultsOf(jwtVerifier, { ...OPTIONS, [name]: value });
    expect(faults).toEqual(isGood ? [] : [name]);
  });

  it.each(URLS)("are checked for `jwks` with %s", async (_title, jwks, isGood) => {
    expect(await faultsOf(jwtVerifier, { ...OPTIONS, jwks })).toEqual(isGood ? [] : ["jwks"]);
  });

  it("report all findings at once, with suggestions", async () => {
    const options = { issuer: "", audiance: "a", jwks: "x", algorithms: ["HS256"], timeout: 0 };
    const error = (await thrownBy(() => jwtVerifier(options as never))) as PolicyError;
    expect(error.findings.map(({ path }) => path)).toEqual([
      "timeout",
      "issuer",
      "audience",
      "jwks",
      "algorithms",
      "audiance",
    ]);
    expect(error.findings.at(-1)).toMatchObject({ suggestion: "audience" });
  });
});

const BASIC = {
  endpoint: "https://as.example.com/introspect",
  clientId: "api",
  clientSecret: "secret",
  issuer: "https://as.example.com",
  audience: "https://api.example.com/mcp",
};
const { endpoint, issuer, audience, ...CLIENT } = BASIC;
const ANYWHERE = { endpoint, issuer, ...CLIENT };
const ANY_ISSUER = { endpoint, audience, ...CLIENT };
const BEARER = { endpoint, issuer, audience, bearer: "token" };

describe("the options of introspectionVerifier", () => {
  it.each([undefined, null, {}])("are reported as missing for %s", async (options) => {
    expect(await faultsOf(introspectionVerifier, options)).toEqual([
      "audience",
      "clientId",
      "clientSecret",
      "endpoint",
      "issuer",
    ]);
  });

  it.each(SHARED)("with `%s: %j` are accepted: %s", async (name, value, isGood) => {
    const faults = await faultsOf(introspectionVerifier, { ...BASIC, [name]: value });
    expect(faults).toEqual(isGood ? [] : [name]);
  });

  it.each(URLS)("are checked for `endpoint` with %s", async (_title, endpoint, isGood) => {
    const faults = await faultsOf(introspectionVerifier, { ...BASIC, endpoint });
    expect(faults).toEqual(isGood ? [] : ["endpoint"]);
  });

  const cases: readonly [string, object, readonly string[]][] = [
    ["a client", BASIC, []],
    ["a client in the body", { ...BASIC, clientAuth: "client_secret_post" }, []],
    ["an access token", BEARER, []],
    ["an unknown `clientAuth`", { ...BASIC, clientAuth: "none" }, ["clientAuth"]],
    ["no secret", { ...BASIC, clientSecret: undefined }, ["clientSecret"]],
    ["an empty secret", { ...BASIC, clientSecret: "" }, ["clientSecret"]],
    ["no client", { ...BASIC, clientId: undefined }, ["clientId"]],
    ["an access token of two words", { ...BEARER, bearer: "a b" }, ["bearer"]],
    ["an empty access token", { ...BEARER, bearer: "" }, ["bearer"]],
    ["a client and an access token", { ...BASIC, bearer: "token" }, ["clientId", "clientSecret"]],
    [
      "an access token and `clientAuth`",
      { ...BEARER, clientAuth: "client_secret_post" },
      ["clientAuth"],
    ],
    ["no audience", ANYWHERE, ["audience"]],
    ["an empty list of audiences", { ...BASIC, audience: [] }, ["audience"]],
    [
      "no audience, with `dangerouslySkipAudience`",
      { ...ANYWHERE, dangerouslySkipAudience: true },
      [],
    ],
    [
      "an audience with `dangerouslySkipAudience`",
      { ...BASIC, dangerouslySkipAudience: true },
      ["audience"],
    ],
    [
      "an audience with `dangerouslySkipAudience: false`",
      { ...BASIC, dangerouslySkipAudience: false },
      [],
    ],
    [
      "`dangerouslySkipAudience` that is a string",
      { ...ANYWHERE, dangerouslySkipAudience: "true" },
      ["audience", "dangerouslySkipAudience"],
    ],
    ["no issuer", ANY_ISSUER, ["issuer"]],
    ["an issuer that is `undefined`", { ...BASIC, issuer: undefined }, ["issuer"]],
    ["several issuers", { ...BASIC, issuer: [BASIC.issuer] }, ["issuer"]],
    [
      "an issuer with a placeholder",
      { ...BASIC, issuer: "https://as.example.com/{tid}" },
      ["issuer"],
    ],
    [
      "`audienceClaim` with `dangerouslySkipAudience`",
      { ...ANYWHERE, dangerouslySkipAudience: true, audienceClaim: "client_id" },
      ["audienceClaim"],
    ],
    ["an empty issuer", { ...BASIC, issuer: "" }, ["issuer"]],
    ["a key set", { ...BASIC, jwks: KEY_SET }, ["jwks"]],
  ];

  it.each(cases)("are checked with %s", async (_title, options, faults) => {
    expect(await faultsOf(introspectionVerifier, defined(options))).toEqual(faults);
  });
});
