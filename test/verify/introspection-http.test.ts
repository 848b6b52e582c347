import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { introspectionVerifier } from "../../src/verify/introspection.js";
import { VerifierOutage } from "../../src/verify/verifier-outage.js";
import { inSeconds, thrownBy } from "./fixtures.js";
import { ACTIVE, INTROSPECTION } from "./introspection-scene.js";
import {
  json,
  type Loopback,
  type ReceivedRequest,
  startLoopback,
  unusableResponses,
} from "./loopback.js";

interface Attack {
  readonly id: string;
  readonly class: string;
  readonly why: string;
  readonly expect: string;
  readonly given: { readonly token: { readonly introspection: Scripted; readonly value: string } };
}

interface Scripted {
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly bodyText?: string;
  readonly timeout?: boolean;
  readonly networkError?: boolean;
}

const corpus = JSON.parse(
  readFileSync(new URL("../attacks/corpus.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Attack[] };
const attacks = corpus.cases.filter(
  (attack) =>
    attack.class === "introspection" && JSON.stringify(attack).includes('"introspection":'),
);

describe("introspectionVerifier over HTTP", () => {
  let server: Loopback;

  beforeAll(async () => {
    server = await startLoopback();
  });
  afterAll(() => server.close());

  const overHttp = (timeout = 2_000) =>
    introspectionVerifier({ ...INTROSPECTION, endpoint: new URL(server.url), timeout });

  const policy = loadPolicy({
    name: "Courses",
    version: "1",
    scopes: { "courses:read": {} },
    tools: { list_courses: "courses:read" },
  });

  function plain(value: unknown): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return "$now" in value ? inSeconds(value.$now as number) : value;
  }

  it("has more than 20 cases of introspection in the corpus", () => {
    expect(attacks.length).toBeGreaterThan(20);
  });

  it.each(attacks.map((attack) => [attack.id, attack.why, attack] as const))(
    "decides %s as the corpus expects: %s",
    async (_id, _why, { given, expect: expected }) => {
      const {
        status = 200,
        contentType,
        body,
        bodyText,
        timeout,
        networkError,
      } = given.token.introspection;
      const members = Object.entries(body ?? {}).map(([name, value]) => [name, plain(value)]);
      server.reply = json(bodyText ?? Object.fromEntries(members), status, contentType);
      if (timeout === true) server.reply = () => undefined;
      if (networkError === true) server.reply = (response) => response.destroy();
      const verify = overHttp(timeout === true ? 30 : 2_000);
      let allowed = false;
      try {
        const token = await verify(given.token.value);
        allowed = policy.decideUntrusted(token ?? null, "list_courses").allowed;
      } catch (error) {
        expect(error).toBeInstanceOf(VerifierOutage);
      }
      expect(allowed).toBe(expected === "allow");
    },
  );

  it.each(Object.entries(unusableResponses(ACTIVE)))(
    "throws VerifierOutage and does not leak the token for %s",
    async (title, reply) => {
      server.reply = reply;
      server.asked.length = 0;
      const [reason] = title.split(":");
      const verify = overHttp(reason === "timeout" ? 30 : 2_000);
      const error = await thrownBy(() => verify("opaque-secret"));
      expect(error).toBeInstanceOf(VerifierOutage);
      expect(error).toMatchObject({ reason });
      expect(`${JSON.stringify(error)}${(error as Error).stack}`).not.toContain("opaque-secret");
      expect((error as Error).cause).toBeUndefined();
      // after a timeout the connection may be closed before the server reads the request
      if (reason !== "timeout") expect(server.asked).toHaveLength(1);
    },
  );

  it.each([
    ["text/html", false],
    ["application/jwt", false],
    ["application/token-introspection+jwt", false],
    ["application/jsonp", false],
    ["text/html; application/json", false],
    ["", false],
    ["application/json;charset=UTF-8", true],
    ["APPLICATION/JSON ; charset=utf-8", true],
  ])("accepts a response with the content type `%s`: %s", async (type, isTaken) => {
    server.reply = json(ACTIVE, 200, type);
    const error = await thrownBy(() => overHttp()("opaque"));
    expect(error === undefined).toBe(isTaken);
    if (!isTaken) expect(error).toMatchObject({ reason: "type" });
  });

  it("throws VerifierOutage for a response without a content type", async () => {
    server.reply = (response) => void response.writeHead(200).end(JSON.stringify(ACTIVE));
    expect(await thrownBy(() => overHttp()("opaque"))).toMatchObject({ reason: "type" });
  });

  it("sends the token form-encoded, so that it cannot add parameters", async () => {
    server.reply = (response, asked: ReceivedRequest) =>
      json({ active: new URLSearchParams(asked.body).get("token") === "good" })(response);
    server.asked.length = 0;
    const verify = overHttp();
    expect(await verify("a~b+c/d=")).toBeUndefined();
    expect(server.asked).toMatchObject([
      { method: "POST", body: "token=a%7Eb%2Bc%2Fd%3D&token_type_hint=access_token" },
    ]);
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${btoa("api:secret")}`);
  });
});
