import { describe, expect, it, onTestFinished, vi } from "vitest";
import { tokenOptions } from "../../src/cli/token/token-options.js";
import { titled } from "../titled.js";
import { AUDIENCE, CLAIMS, KEY_SET, type Minting, mint } from "../verify/fixtures.js";
import { json, startLoopback } from "../verify/loopback.js";
import { folderOf, type RunResult, run } from "./run.js";

const ISSUER = "https://as.example.com";
const NOW = Math.floor(Date.now() / 1_000);
const VALID = { ...CLAIMS, iat: NOW - 10, exp: NOW + 300 };

const mintNow = ({ claims, ...others }: Minting = {}): Promise<string> =>
  mint({ ...others, claims: { ...VALID, ...claims } });

/** Runs `token` with a key set in a file. */
async function inspect(
  token: string,
  flags: readonly string[] = [],
  input?: string,
): Promise<RunResult> {
  const cwd = folderOf({ "jwks.json": JSON.stringify(KEY_SET), "bad.json": "{", "set.json": "{}" });
  const argv = ["token", token, "--issuer", ISSUER, "--audience", AUDIENCE, "--jwks", "jwks.json"];
  const stdin = async () => input ?? "";
  const result = await run([...argv, ...flags], { cwd, ...(input !== undefined && { stdin }) });
  for (const part of (input ?? token).trim().split(".")) {
    if (part.length > 20) expect(result.out + result.err).not.toContain(part);
  }
  return result;
}

interface JsonCheck {
  readonly name: string;
  readonly result: string;
  readonly detail: string;
  readonly reason?: string;
}

async function checksOf(token: string, flags: readonly string[] = []) {
  const { out, code } = await inspect(token, [...flags, "--json"]);
  const printed = JSON.parse(out) as { accepted: boolean; scope?: unknown; checks: JsonCheck[] };
  return { ...printed, code, failed: printed.checks.filter(({ result }) => result === "failed") };
}

describe("scope-policy token", () => {
  it("prints each check of an accepted token and what it saw", async () => {
    const { code, out, err } = await inspect(await mintNow());
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^YES: the verifier accepts the token\.\n/);
    for (const line of [
      "ok    form             a signed token (JWT)",
      "ok    algorithm        `alg` is `RS256`",
      "ok    type             `typ` is `at+jwt` in the header",
      `ok    issuer           \`iss\` is \`${ISSUER}\``,
      `ok    audience         \`aud\` is \`${AUDIENCE}\``,
      "ok    scope            `scope` is `courses:read`",
      "ok    signature        `kid` is `as-1`",
    ]) {
      expect(out).toContain(`\n  ${line}\n`);
    }
  });

  it("prints every failed check of a Keycloak-shaped token, each with the option that accepts it", async () => {
    const token = await mintNow({
      header: { typ: "JWT" },
      claims: { aud: "account", client_id: undefined, azp: "web", scope: ["a"], exp: NOW - 10 },
      key: "attacker-rs256",
    });
    const { code, failed } = await checksOf(token);
    expect(code).toBe(1);
    expect(failed.map(({ name, reason }) => [name, reason])).toEqual([
      ["type", "type"],
      ["required claims", "claim_missing"],
      ["audience", "audience"],
      ["expiry", "expired"],
      ["scope", "scope_claim"],
      ["signature", "signature"],
    ]);
    const details = failed.map(({ detail }) => detail).join("\n");
    for (const option of ['profile: "lenient"', "`audience`", "clockTolerance: ", "`jwks`"]) {
      expect(details).toContain(option);
    }
    const { out } = await inspect(token);
    expect(out).toMatch(/^NO: the verifier rejects the token: 6 checks fail\.\n/);
    expect(out).toContain("\n  FAIL  type ");
  });

  const FLAGS: readonly {
    title: string;
    flags: readonly string[];
    minting: Minting;
    code: number;
  }[] = [
    {
      title: "--profile",
      flags: ["--profile", "lenient"],
      minting: { header: { typ: "JWT" } },
      code: 0,
    },
    { title: "no --profile", flags: [], minting: { header: { typ: "JWT" } }, code: 1 },
    { title: "--algorithm", flags: ["--algorithm", "ES256"], minting: {}, code: 1 },
    {
      title: "two --algorithm",
      flags: ["--algorithm", "ES256", "--algorithm", "RS256"],
      minting: {},
      code: 0,
    },
    {
      title: "two --audience",
      flags: ["--audience", "other"],
      minting: { claims: { aud: "other" } },
      code: 0,
    },
    {
      title: "--audience-claim",
      flags: ["--audience-claim", "client_id", "--audience", "app-1"],
      minting: { claims: { aud: undefined } },
      code: 0,
    },
    {
      title: "--scope-claim",
      flags: ["--scope-claim", "roles"],
      minting: { claims: { roles: 7 } },
      code: 1,
    },
    {
      title: "a path as --scope-claim",
      flags: ["--scope-claim", '["realm_access","roles"]'],
      minting: { claims: { realm_access: { roles: 7 } } },
      code: 1,
    },
    {
      title: "--clock-tolerance",
      flags: ["--clock-tolerance", "60"],
      minting: { claims: { exp: NOW - 10 } },
      code: 0,
    },
    { title: "--max-token-age", flags: ["--max-token-age", "5"], minting: {}, code: 1 },
    {
      title: "--dangerously-ignore-confirmation",
      flags: ["--dangerously-ignore-confirmation"],
      minting: { claims: { cnf: {} } },
      code: 0,
    },
    {
      title: "no --dangerously-ignore-confirmation",
      flags: [],
      minting: { claims: { cnf: {} } },
      code: 1,
    },
  ];
  it.each(titled(FLAGS))("passes to the verifier %s", async (_title, { flags, minting, code }) => {
    expect((await checksOf(await mintNow(minting), flags)).code).toBe(code);
  });

  it("prints the scope of the token that another claim contains", async () => {
    const token = await mintNow({ claims: { scope: undefined, scp: ["a"] } });
    const { checks, scope } = await checksOf(token);
    expect(scope).toBe("");
    expect(checks.find(({ name }) => name === "scope")?.detail).toContain('`scopeClaim: "scp"`');
    expect((await checksOf(token, ["--scope-claim", "scp"])).scope).toEqual(["a"]);
  });

  it("proposes no `scopeClaim` for a token without any claim of a scope", async () => {
    const { checks, code, scope } = await checksOf(await mintNow({ claims: { scope: undefined } }));
    expect({ code, scope }).toEqual({ code: 0, scope: "" });
    expect(checks.find(({ name }) => name === "scope")?.detail).toBe(
      "`scope` missing, so the token has no scope",
    );
  });

  it("finds the key of a token without `kid` by its algorithm", async () => {
    const { checks, code } = await checksOf(await mintNow({ header: { kid: undefined } }));
    expect(code).toBe(0);
    expect(checks.at(-1)).toEqual({
      name: "signature",
      result: "passed",
      detail: "a key of the key set made it",
    });
  });

  it("checks the signature by the keys of the issuer, also if the token names another issuer", async () => {
    const token = await mintNow({ claims: { iss: "https://other.example" } });
    expect((await checksOf(token)).failed.map(({ name }) => name)).toEqual(["issuer"]);
  });

  it("does not check a signature whose algorithm is not accepted", async () => {
    const { failed, checks } = await checksOf(await mintNow({ header: { alg: "HS256" } }));
    expect(failed.map(({ name }) => name)).toEqual(["algorithm"]);
    expect(checks.at(-1)).toMatchObject({ name: "signature", result: "not checked" });
  });

  it.each(["opaque-token-of-another-issuer", "a.b.c.d.e", ""])(
    "prints one failed check for %j, which is not a signed token",
    async (token) => {
      const { code, failed, checks } = await checksOf(token);
      expect({ code, names: failed.map(({ name }) => name) }).toEqual({ code: 1, names: ["form"] });
      expect(checks).toHaveLength(1);
    },
  );

  it.each([
    ["empty", () => "", "the token is empty"],
    ["in quotation marks", (token: string) => `"${token}"`, "quotation marks"],
    ["after `Bearer`", (token: string) => `Bearer ${token}`, "starts with `Bearer`"],
    ["in a header", (token: string) => `authorization: bearer ${token}`, "starts with `Bearer`"],
  ])("explains a token that is %s", async (_title, paste, expected) => {
    const { code, failed } = await checksOf(paste(await mintNow()));
    expect({ code, names: failed.map(({ name }) => name) }).toEqual({ code: 1, names: ["form"] });
    expect(failed[0]?.detail).toContain(expected);
  });

  it("reads the token from standard input, with a line break at its end", async () => {
    expect((await inspect("-", [], `${await mintNow()}\n`)).code).toBe(0);
    expect(await inspect("-")).toMatchObject({
      code: 2,
      err: "error: there is no standard input\n",
    });
  });

  it.each<[flags: readonly string[], message: string]>([
    [
      ["--issuer", "https://a.example/{tenantid}"],
      "invalid --issuer: `https://a.example/{tenantid}` has",
    ],
    [["--profile", "strict"], "invalid --profile"],
    [["--algorithm", "HS256"], "invalid --algorithm"],
    [["--scope-claim", "[7]"], "invalid --scope-claim"],
    [["--scope-claim", "["], "invalid --scope-claim"],
    [["--clock-tolerance", "5s"], "invalid --clock-tolerance"],
    [["--max-token-age", ""], "invalid --max-token-age"],
    [["--jwks", "none.json"], "cannot read `none.json`"],
    [["--jwks", "bad.json"], "cannot read `bad.json`: it is not JSON"],
    [["--jwks", "set.json"], "invalid --jwks: expected a URL or a JSON Web Key Set"],
    [["--jwks", "http://as.example.com/jwks"], "invalid --jwks: expected `https`"],
    [["--profile", "a", "--audience-claim", "b"], "invalid --audience-claim"],
  ])("returns exit code 2 for %j", async (flags, message) => {
    const { code, out, err } = await inspect(await mintNow(), flags);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });
});

it("keeps the cause of an error about a file with the key set", async () => {
  const cwd = folderOf({ "bad.json": "{" });
  const flags = { issuer: ISSUER, audience: AUDIENCE, jwks: "bad.json" };
  await expect(tokenOptions(flags, cwd)).rejects.toMatchObject({
    message: "cannot read `bad.json`: it is not JSON",
    cause: expect.any(SyntaxError) as unknown,
  });
});

describe("the discovery of the key set", () => {
  async function serverWith(paths: (url: string) => Readonly<Record<string, unknown>>) {
    const server = await startLoopback();
    onTestFinished(() => server.close());
    const origin = new URL(server.url).origin;
    const table = new Map(Object.entries(paths(origin)));
    server.reply = (response, { path = "" }) => {
      const found = table.get(path);
      json(found ?? {}, found === undefined ? 404 : 200)(response);
    };
    return { origin, asked: () => server.asked.map(({ path }) => path) };
  }

  async function discover(issuer: string, claims = {}) {
    const token = await mintNow({ claims: { iss: issuer, ...claims } });
    const argv = ["token", token, "--issuer", issuer, "--audience", AUDIENCE, "--json"];
    const { code, out } = await run(argv);
    const { checks } = JSON.parse(out) as { checks: JsonCheck[] };
    return { code, signature: checks.at(-1) };
  }

  it("reads the metadata of RFC 8414, then the keys", async () => {
    const { origin, asked } = await serverWith((url) => ({
      "/.well-known/oauth-authorization-server/realms/main": {
        issuer: `${url}/realms/main`,
        jwks_uri: `${url}/keys`,
      },
      "/keys": KEY_SET,
    }));
    expect(await discover(`${origin}/realms/main`)).toMatchObject({ code: 0 });
    expect(asked()).toEqual(["/.well-known/oauth-authorization-server/realms/main", "/keys"]);
  });

  it("reads the metadata of OpenID Connect if there is no other", async () => {
    const { origin, asked } = await serverWith((url) => ({
      "/main/.well-known/openid-configuration": { issuer: `${url}/main/`, jwks_uri: `${url}/keys` },
      "/keys": KEY_SET,
    }));
    expect(await discover(`${origin}/main/`)).toMatchObject({ code: 0 });
    expect(asked()).toHaveLength(3);
  });

  it.each<[what: string, metadata: (url: string) => object, detail: string]>([
    ["another issuer", () => ({ issuer: "https://other.example" }), "names another issuer"],
    ["no `jwks_uri`", (url) => ({ issuer: url }), "`jwks_uri`: expected an absolute URL"],
    [
      "an insecure `jwks_uri`",
      (url) => ({ issuer: url, jwks_uri: "http://as.example.com/jwks" }),
      "`jwks_uri`: expected `https`",
    ],
  ])("does not use metadata with %s", async (_what, metadata, detail) => {
    const { origin } = await serverWith((url) => ({
      "/.well-known/openid-configuration": metadata(url),
    }));
    const { code, signature } = await discover(origin);
    expect(code).toBe(2);
    expect(signature).toMatchObject({ result: "not checked" });
    expect(signature?.detail).toContain(detail);
    expect(signature?.detail).toContain("--jwks");
  });

  it("cannot decide if the server of the keys responds with an error", async () => {
    const { origin, asked } = await serverWith((url) => ({
      "/.well-known/oauth-authorization-server": { issuer: url, jwks_uri: `${url}/keys` },
    }));
    expect(await discover(origin)).toEqual({
      code: 2,
      signature: {
        name: "signature",
        result: "not checked",
        detail: "the server responded with a status other than 200 (status 404)",
      },
    });
    expect(asked().at(-1)).toBe("/keys");
  });

  it("sends nothing to an issuer without `https`", async () => {
    const { code, signature } = await discover("http://as.example.com");
    expect({ code, detail: signature?.detail }).toEqual({
      code: 2,
      detail: expect.stringContaining("neither an `https` URL nor a loopback host") as string,
    });
  });

  it("reports failed checks also without keys", async () => {
    const { code } = await discover("http://as.example.com", { aud: "other" });
    expect(code).toBe(1);
  });

  const CAUSES: readonly {
    title: string;
    /** Returns the answer of the server to a path: a status and a body. */
    answer: (path: string, origin: string) => readonly [status: number, body: string];
    detail: string;
  }[] = [
    {
      title: "another status of the metadata",
      answer: () => [502, "{}"],
      detail: "status other than 200 (status 502)",
    },
    {
      title: "metadata that are not JSON",
      answer: () => [200, "<html>"],
      detail: "response is malformed (not JSON, content type `text/html`)",
    },
    {
      title: "metadata that are not an object",
      answer: () => [200, "[]"],
      detail: "(JSON, but not one object in which each name occurs once)",
    },
    {
      title: "a redirect of the key set",
      answer: (path, url) =>
        path === "/keys" ? [302, ""] : [200, `{"issuer":"${url}","jwks_uri":"${url}/keys"}`],
      detail: "(status 302)",
    },
    {
      title: "a key set without keys",
      answer: (path, url) =>
        path === "/keys" ? [200, "{}"] : [200, `{"issuer":"${url}","jwks_uri":"${url}/keys"}`],
      detail: "(a JSON object, but not a usable key set)",
    },
    {
      title: "a key set that is not JSON",
      answer: (path, url) =>
        path === "/keys" ? [200, "no"] : [200, `{"issuer":"${url}","jwks_uri":"${url}/keys"}`],
      detail: "(not JSON, content type `text/html`)",
    },
  ];
  it.each(titled(CAUSES))("prints the cause: %s", async (_title, { answer, detail }) => {
    const server = await startLoopback();
    onTestFinished(() => server.close());
    const origin = new URL(server.url).origin;
    server.reply = (response, { path = "" }) => {
      const [status, body] = answer(path, origin);
      response.writeHead(status, { "content-type": "text/html", location: "/elsewhere" });
      response.end(body);
    };
    const { code, signature } = await discover(origin);
    expect(code).toBe(2);
    expect(signature).toMatchObject({ result: "not checked" });
    expect(signature?.detail).toContain(detail);
  });

  it("prints the code of a connection that fails, of the metadata and of the key set", async () => {
    const closed = await startLoopback();
    await closed.close();
    const origin = new URL(closed.url).origin;
    expect((await discover(origin)).signature?.detail).toContain(
      `${origin}/.well-known/openid-configuration: the request to the server failed (ECONNREFUSED)`,
    );
    const { checks } = await checksOf(await mintNow(), ["--jwks", `${origin}/keys`]);
    expect(checks.at(-1)).toMatchObject({
      result: "not checked",
      detail: "the request to the server failed (ECONNREFUSED)",
    });
  });

  it("prints a message of a failed request as one clean line, if there is no code", async () => {
    const reason = new Error(`bad\ncert\u202e ${"x".repeat(500)}`);
    vi.spyOn(globalThis, "fetch").mockRejectedValue(
      new TypeError("fetch failed", { cause: reason }),
    );
    onTestFinished(() => void vi.restoreAllMocks());
    const { checks } = await checksOf(await mintNow(), ["--jwks", "https://as.example.com/keys"]);
    const { detail = "" } = checks.at(-1) ?? {};
    expect(detail).toMatch(/^the request to the server failed \(bad cert\ufffd x+…\)$/);
    expect(detail.length).toBeLessThan(200);
  });
});
