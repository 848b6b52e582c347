import { describe, expect, it } from "vitest";
import type { PolicyError } from "../../src/errors.js";
import type { IssuerOption } from "../../src/verify/issuers.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { KeysOption } from "../../src/verify/key-sources.js";
import { titled } from "../titled.js";
import {
  type KeyName,
  mint,
  OPTIONS,
  type Outcome,
  outcomeOf,
  publicJwk,
  thrownBy,
} from "./fixtures.js";
import type { Members } from "./verifications.js";

/** Two issuers with keys of their own under the same key id. */
const ONE = "https://one.example";
const TWO = "https://two.example";
const ONE_KEYS = { keys: [await publicJwk("as-rs256", { kid: "same" })] };
const TWO_KEYS = { keys: [await publicJwk("attacker-rs256", { kid: "same" })] };

const tokenOf = (claims: Members, key: KeyName = "as-rs256") =>
  mint({ claims, key, header: { kid: "same" } });

const LIST = { ...OPTIONS, issuer: [ONE, TWO], jwks: { [ONE]: ONE_KEYS, [TWO]: TWO_KEYS } };

const ISSUER_OF_TENANT = "https://login.example/{tid}/v2.0";
const TEMPLATE = { template: ISSUER_OF_TENANT, claim: "tid", tenants: ["t1", "t2"] };
const SHARED = { ...OPTIONS, issuer: TEMPLATE, jwks: ONE_KEYS };
const BY_TENANT = { ...OPTIONS, issuer: TEMPLATE, jwks: { t1: ONE_KEYS, t2: TWO_KEYS } };

const issuerOf = (tenant: string) => `https://login.example/${tenant}/v2.0`;
const claimsOf = (tenant: string, tid: unknown = tenant) => ({ iss: issuerOf(tenant), tid });

describe("a verifier of two issuers", () => {
  it.each<[issuer: string, key: KeyName, outcome: Outcome]>([
    [ONE, "as-rs256", "token"],
    [TWO, "attacker-rs256", "token"],
    [ONE, "attacker-rs256", "signature"],
    [TWO, "as-rs256", "signature"],
    ["https://three.example", "as-rs256", "issuer"],
    [`${ONE}/`, "as-rs256", "issuer"],
  ])("gives a token of %s that %s signed the outcome %s", async (iss, key, outcome) => {
    expect(await outcomeOf(jwtVerifier(LIST), await tokenOf({ iss }, key))).toBe(outcome);
  });

  it("does not accept a token of one issuer because a token of the other is cached", async () => {
    const verify = jwtVerifier(LIST);
    const [mine, yours] = await Promise.all([
      tokenOf({ iss: ONE }),
      tokenOf({ iss: TWO }, "attacker-rs256"),
    ]);
    for (const token of [mine, yours, mine, yours])
      expect(await outcomeOf(verify, token)).toBe("token");
    // the signature of a cached token, with the claims of the other issuer
    const [header, claims] = (await tokenOf({ iss: TWO })).split(".");
    const forged = [header, claims, mine.split(".")[2]].join(".");
    expect(await outcomeOf(verify, forged)).toBe("signature");
    expect(await outcomeOf(verify, await tokenOf({ iss: TWO }))).toBe("signature");
  });

  it("reads the keys of the token's issuer only, from its own URL", async () => {
    const urls: string[] = [];
    const fetch = async (url: string) => {
      urls.push(url);
      return Response.json(url.startsWith(ONE) ? ONE_KEYS : TWO_KEYS);
    };
    const jwks = { [ONE]: `${ONE}/jwks`, [TWO]: new URL(`${TWO}/jwks`) };
    const verify = jwtVerifier({ ...LIST, jwks, fetch });
    expect(await outcomeOf(verify, await tokenOf({ iss: ONE }))).toBe("token");
    expect(urls).toEqual([`${ONE}/jwks`]);
    expect(await outcomeOf(verify, await tokenOf({ iss: TWO }))).toBe("signature");
    expect(await outcomeOf(verify, await tokenOf({ iss: TWO }, "attacker-rs256"))).toBe("token");
    expect(urls).toEqual([`${ONE}/jwks`, `${TWO}/jwks`]);
  });
});

describe("a verifier of one issuer", () => {
  // the keys of one issuer are not shared, so the member has no meaning that a standard defines
  it("uses its keys, also one with a member `issuer`", async () => {
    const keys = [await publicJwk("as-rs256", { kid: "same", issuer: TWO })];
    const verify = jwtVerifier({ ...OPTIONS, issuer: ONE, jwks: { keys } });
    expect(await outcomeOf(verify, await tokenOf({ iss: ONE }))).toBe("token");
  });
});

describe("a verifier with a template of issuers", () => {
  it.each<[title: string, claims: Members, outcome: Outcome]>([
    ["the first tenant", claimsOf("t1"), "token"],
    ["the second tenant", claimsOf("t2"), "token"],
    ["another tenant", claimsOf("t3"), "issuer"],
    ["the tenant of another issuer", claimsOf("t1", "t2"), "issuer"],
    ["a tenant in a list", claimsOf("t1", ["t1"]), "issuer"],
    ["no tenant", { iss: issuerOf("t1") }, "claim_missing"],
    ["the template itself", { iss: ISSUER_OF_TENANT, tid: "t1" }, "issuer"],
    ["`{tenantid}` as text", { iss: issuerOf("{tenantid}"), tid: "{tenantid}" }, "issuer"],
    ["an issuer of another server", { iss: "https://evil.example/t1/v2.0", tid: "t1" }, "issuer"],
    ["no issuer", { iss: undefined, tid: "t1" }, "claim_missing"],
  ])("and one key set: %s", async (_title, claims, outcome) => {
    expect(await outcomeOf(jwtVerifier(SHARED), await tokenOf(claims))).toBe(outcome);
  });

  it.each<[tenant: string, key: KeyName, outcome: Outcome]>([
    ["t1", "as-rs256", "token"],
    ["t2", "attacker-rs256", "token"],
    ["t1", "attacker-rs256", "signature"],
    ["t2", "as-rs256", "signature"],
  ])("and key sets by tenant: %s signed by %s is %s", async (tenant, key, outcome) => {
    const token = await tokenOf(claimsOf(tenant), key);
    expect(await outcomeOf(jwtVerifier(BY_TENANT), token)).toBe(outcome);
  });

  // Microsoft Entra ID: keys of personal accounts are in the shared set, for one tenant only
  it.each<[issuer: unknown, tenant: string, outcome: Outcome]>([
    [undefined, "t1", "token"],
    ["https://login.example/{tenantid}/v2.0", "t1", "token"],
    ["https://login.example/{tenantid}/v2.0", "t2", "token"],
    [issuerOf("t1"), "t1", "token"],
    [issuerOf("t1"), "t2", "key"],
    ["https://login.example/{a}/{b}", "t1", "key"],
    ["https://login.example/{tenantid}/v2.0{other}", "t1", "key"],
    ["https://other.example/{tenantid}/v2.0", "t1", "key"],
    ["{tenantid}", "t1", "key"],
    [7, "t1", "key"],
    [null, "t1", "key"],
  ])("uses a shared key whose `issuer` is %j for %s: %s", async (issuer, tenant, outcome) => {
    const keys = [
      await publicJwk("as-rs256", { kid: "same", ...(issuer !== undefined && { issuer }) }),
    ];
    const token = await tokenOf(claimsOf(tenant));
    const local = jwtVerifier({ ...SHARED, jwks: { keys } });
    const fetch = async () => Response.json({ keys });
    const remote = jwtVerifier({ ...SHARED, jwks: "https://login.example/keys", fetch });
    expect(await outcomeOf(local, token)).toBe(outcome);
    expect(await outcomeOf(remote, token)).toBe(outcome);
  });

  it("keeps the restriction of a shared key for each tenant, in any order", async () => {
    const keys = [await publicJwk("as-rs256", { kid: "same", issuer: issuerOf("t1") })];
    const verify = jwtVerifier({ ...SHARED, jwks: { keys }, cache: false });
    for (const [tenant, outcome] of [
      ["t2", "key"],
      ["t1", "token"],
      ["t2", "key"],
      ["t1", "token"],
    ] as const) {
      expect(await outcomeOf(verify, await tokenOf(claimsOf(tenant)))).toBe(outcome);
    }
  });
});

/** An option `issuer`, and parts of the message of its finding; none for a valid one. */
const ISSUERS: readonly { title: string; issuer: unknown; message?: string }[] = [
  { title: "a URL", issuer: ONE },
  { title: "a URL with a path and a slash", issuer: `${ONE}/realms/main/` },
  { title: "a name without a scheme", issuer: "accounts.example.com" },
  { title: "a URN", issuer: "urn:example:issuer" },
  { title: "http in a local network", issuer: "http://keycloak:8080/realms/main" },
  { title: "a placeholder", issuer: issuerOf("{tenantid}"), message: "placeholder" },
  { title: "a space", issuer: `${ONE}/a b`, message: "space" },
  { title: "a line break", issuer: `${ONE}\n`, message: "invisible" },
  { title: "a zero-width space", issuer: `${ONE}\u200b`, message: "invisible" },
  { title: "a query", issuer: `${ONE}?tenant=1`, message: "query or a fragment" },
  { title: "an empty query", issuer: `${ONE}?`, message: "query or a fragment" },
  { title: "a fragment", issuer: `${ONE}#`, message: "query or a fragment" },
  { title: "credentials", issuer: "https://a:b@one.example", message: "credentials" },
  { title: "angle brackets", issuer: "https://<domain>/", message: "no URI has" },
  { title: "a scheme without a host", issuer: "https:one.example", message: "absolute URL" },
  { title: "a host that is not one", issuer: "https://:80/", message: "absolute URL" },
  {
    title: "a metadata document",
    issuer: `${ONE}/.well-known/openid-configuration`,
    message: "metadata document",
  },
  {
    title: "an endpoint of all tenants",
    issuer: "https://login.microsoftonline.com/common/v2.0",
    message: "all tenants",
  },
  { title: "a repeated issuer", issuer: [ONE, ONE], message: "repeated" },
  { title: "an issuer of a list", issuer: [ONE, `${TWO}?`], message: "`https://two.example?` has" },
  { title: "a number in a list", issuer: [ONE, 7], message: "non-empty string" },
  { title: "no tenants", issuer: { ...TEMPLATE, tenants: [] }, message: "`tenants`" },
  {
    title: "a tenant with a slash",
    issuer: { ...TEMPLATE, tenants: ["a/b"] },
    message: "`tenants`",
  },
  {
    title: "a repeated tenant",
    issuer: { ...TEMPLATE, tenants: ["a", "a"] },
    message: "`tenants`",
  },
  { title: "no claim", issuer: { ...TEMPLATE, claim: "" }, message: "`claim`" },
  { title: "no template", issuer: { claim: "tid", tenants: ["a"] }, message: "`template`" },
  {
    title: "a template without the claim",
    issuer: { ...TEMPLATE, claim: "tenantid" },
    message: "`{tenantid}` once",
  },
  {
    title: "a template with the claim twice",
    issuer: { ...TEMPLATE, template: "https://{tid}.example/{tid}" },
    message: "once",
  },
  {
    title: "a template that no token has",
    issuer: { ...TEMPLATE, template: "https://a.example/{tid}/{x}" },
    message: "placeholder",
  },
  {
    title: "an unknown member",
    issuer: { ...TEMPLATE, tenant: "a" },
    message: "unknown member `tenant`",
  },
  {
    title: "three faults at once",
    issuer: { template: 1, claim: 1, tenants: 1 },
    message: "`claim`: expected the name of the claim; `tenants`: expected",
  },
];

async function findingsFor(issuer: unknown, jwks: unknown) {
  const options = { ...OPTIONS, issuer: issuer as IssuerOption, jwks: jwks as KeysOption };
  const error = await thrownBy(() => jwtVerifier(options));
  return error === undefined ? [] : (error as PolicyError).findings;
}

describe("the option `issuer`", () => {
  it.each(titled(ISSUERS))("with %s", async (_title, { issuer, message }) => {
    const keys = Array.isArray(issuer) ? { [ONE]: ONE_KEYS } : ONE_KEYS;
    const findings = await findingsFor(issuer, keys);
    const found = findings.filter(({ path }) => path === "issuer");
    if (message === undefined) expect(findings).toEqual([]);
    else expect(found.map((finding) => finding.message).join()).toContain(message);
  });
});

/** The options `issuer` and `jwks`, and parts of the message of the finding. */
const KEYS: readonly { title: string; issuer: unknown; jwks: unknown; message?: string }[] = [
  { title: "a list of one issuer", issuer: [ONE], jwks: { [ONE]: `${ONE}/jwks` } },
  { title: "one URL for a list", issuer: [ONE, TWO], jwks: `${ONE}/jwks`, message: "each issuer" },
  { title: "one key set for a list", issuer: [ONE, TWO], jwks: ONE_KEYS, message: "each issuer" },
  {
    title: "a missing and an unknown issuer",
    issuer: [ONE, TWO],
    jwks: { [ONE]: ONE_KEYS, "https://tow.example": TWO_KEYS },
    message:
      "no key set for the issuer `https://two.example`; `https://tow.example` is not the name of an accepted issuer (did you mean `https://two.example`?)",
  },
  {
    title: "an unknown issuer that resembles no accepted one",
    issuer: [ONE],
    jwks: { [ONE]: ONE_KEYS, "urn:example:other": TWO_KEYS, "https://eno.example": "x" },
    message:
      "`urn:example:other` is not the name of an accepted issuer; `https://eno.example` is not",
  },
  {
    title: "an invalid key set of an issuer",
    issuer: [ONE],
    jwks: { [ONE]: "http://one.example/jwks" },
    message: "`https://one.example`: expected `https`",
  },
  {
    title: "the key set of an issuer called `keys`",
    issuer: ["keys"],
    jwks: { keys: ONE_KEYS },
  },
  {
    title: "an issuer with an object",
    issuer: ONE,
    jwks: { [ONE]: ONE_KEYS },
    message: "at least one key",
  },
  { title: "one key set for a template", issuer: TEMPLATE, jwks: ONE_KEYS },
  {
    title: "a key set for each tenant",
    issuer: TEMPLATE,
    jwks: { t1: ONE_KEYS, t2: "https://a.example" },
  },
  {
    title: "no key set for a tenant",
    issuer: TEMPLATE,
    jwks: { t1: ONE_KEYS, t9: ONE_KEYS },
    message: "no key set for the tenant `t2`; `t9` is not the name of an accepted tenant",
  },
  { title: "a list for a template", issuer: TEMPLATE, jwks: [], message: "each tenant" },
];

describe("the option `jwks`", () => {
  it.each(titled(KEYS))("with %s", async (_title, { issuer, jwks, message }) => {
    const findings = await findingsFor(issuer, jwks);
    expect(findings.map(({ path }) => path)).toEqual(message === undefined ? [] : ["jwks"]);
    expect(findings.map((finding) => finding.message).join()).toContain(message ?? "");
  });

  it("gets no finding about issuers that are invalid themselves", async () => {
    const findings = await findingsFor([`${ONE}?`], { [ONE]: ONE_KEYS });
    expect(findings.map(({ path }) => path)).toEqual(["issuer"]);
  });
});

it("reads lists and objects of the options once", async () => {
  const issuer = { ...TEMPLATE, tenants: ["t1"] };
  const keys: Record<string, unknown> = { t1: ONE_KEYS };
  const verify = jwtVerifier({ ...OPTIONS, issuer, jwks: keys as KeysOption });
  issuer.tenants.push("t2");
  keys["t1"] = TWO_KEYS;
  keys["t2"] = ONE_KEYS;
  expect(await outcomeOf(verify, await tokenOf(claimsOf("t1")))).toBe("token");
  expect(await outcomeOf(verify, await tokenOf(claimsOf("t2")))).toBe("issuer");
});
