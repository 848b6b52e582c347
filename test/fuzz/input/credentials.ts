// `Authorization` headers, and the tokens in them.

import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { jwtVerifier } from "scope-policy/verify";
import { parseChallenge } from "../../resource-server/challenge-parser.js";
import { AUTHORIZATIONS } from "./corpus.js";
import { editedTexts, editedTrees } from "./edits.js";
import { ANY_VALUE, opened } from "./hostile-values.js";
import { check, checkHidden, type Target } from "./target.js";

const ISSUER = "https://as.example.com";
const AUDIENCE = "https://api.example.com/mcp";
const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:write": {} },
  tools: { list_courses: "courses:read", delete_course: "courses:write" },
});

const pair = (seed: string) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    kid: seed,
    jwk: publicKey.export({ format: "jwk" }),
    key: createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
};
const OWN = pair("own");
const OTHER = pair("other");
const KEYS = { keys: [{ ...OWN.jwk, kid: "own", alg: "ES256", use: "sig" }] };

interface Jws {
  readonly header: unknown;
  readonly claims: unknown;
  readonly isForged: boolean;
}

const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toString(
    "base64url",
  );

/** Returns a signed token. */
function tokenOf({ header, claims, isForged }: Jws): string {
  const text = `${encode(header)}.${encode(claims)}`;
  const { key } = isForged ? OTHER : OWN;
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

const HEADER = { alg: "ES256", typ: "at+jwt", kid: "own" };
const now = () => Math.floor(Date.now() / 1_000);
const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "user-1",
  client_id: "app-1",
  scope: "courses:read",
  jti: "id-1",
  iat: now() - 10,
  exp: now() + 86_400,
};
const without = (name: keyof typeof CLAIMS) =>
  Object.fromEntries(Object.entries(CLAIMS).filter(([key]) => key !== name));
const HEADERS: readonly object[] = [
  HEADER,
  { ...HEADER, typ: "JWT" },
  { ...HEADER, alg: "none" },
  { ...HEADER, alg: "HS256" },
  { ...HEADER, kid: "other" },
  { ...HEADER, crit: ["exp"] },
  { ...HEADER, jwk: OTHER.jwk },
];
const CLAIM_SETS: readonly object[] = [
  CLAIMS,
  CLAIMS,
  CLAIMS,
  { ...CLAIMS, scope: "courses:write" },
  { ...CLAIMS, scope: "" },
  { ...CLAIMS, scope: "courses:read  x" },
  { ...CLAIMS, scope: 7 },
  { ...CLAIMS, iss: `${ISSUER}/` },
  { ...CLAIMS, aud: ["https://other.example"] },
  { ...CLAIMS, exp: now() - 100 },
  { ...CLAIMS, nbf: now() + 10_000 },
  { ...CLAIMS, cnf: { jkt: "x" } },
  { ...CLAIMS, token_use: "id" },
  { ...CLAIMS, exp: 1e12 },
  without("exp"),
  without("sub"),
];

const JWS: fc.Arbitrary<Jws> = fc.record({
  header: fc.oneof(
    { arbitrary: fc.constant(HEADER), weight: 5 },
    { arbitrary: fc.constantFrom(...HEADERS), weight: 2 },
    { arbitrary: editedTrees(fc.constantFrom(...HEADERS)), weight: 2 },
  ),
  claims: fc.oneof(
    { arbitrary: fc.constantFrom(...CLAIM_SETS), weight: 4 },
    { arbitrary: editedTrees(fc.constantFrom(...CLAIM_SETS)), weight: 3 },
  ),
  isForged: fc.nat(9).map((number) => number === 0),
});
const TOKEN = JWS.map(tokenOf);
const LINES = fc.constantFrom(
  ...[...AUTHORIZATIONS, "Bearer {token}", "Bearer {token}", "bearer {token}", "BEARER   {token}"],
);

interface Sent {
  readonly fields: unknown;
  readonly token: string;
}

/** Creates headers of a template with a token; the token, or the whole line, may be changed. */
const LINE = fc
  .tuple(
    LINES,
    TOKEN.chain((token) =>
      fc.oneof(
        { arbitrary: fc.constant(token), weight: 5 },
        { arbitrary: editedTexts([token], 2), weight: 2 },
      ),
    ),
  )
  .map(([line, token]) => ({ line: line.replaceAll("{token}", token), token }));
const PLAIN = TOKEN.map((token): Sent => ({ fields: `Bearer ${token}`, token }));
const SENT: fc.Arbitrary<Sent> = fc.oneof(
  { arbitrary: PLAIN, weight: 12 },
  { arbitrary: LINE.map(({ line, token }) => ({ fields: line, token })), weight: 4 },
  {
    arbitrary: LINE.chain(({ line, token }) =>
      editedTexts([line]).map((text): Sent => ({ fields: text, token })),
    ),
    weight: 3,
  },
  {
    arbitrary: fc.array(LINE, { maxLength: 3 }).map((lines) => ({
      fields: lines.map(({ line }) => line),
      token: lines[0]?.token ?? "",
    })),
    weight: 2,
  },
  {
    arbitrary: fc.constantFrom(undefined, null, [], "").map((fields) => ({ fields, token: "" })),
    weight: 1,
  },
  {
    arbitrary: ANY_VALUE.map((fields) => ({ fields, token: "" })),
    weight: 1,
  },
);

const REASONS = [
  ...["malformed", "algorithm", "key", "signature", "type", "issuer", "audience", "expired"],
  ...["not_yet_valid", "claim_missing", "scope_claim", "confirmation", "token_use"],
];
const STATUS: Readonly<Record<string, number>> = {
  unauthenticated: 401,
  invalid_token: 401,
  invalid_request: 400,
  insufficient_scope: 403,
};

let reason = "";
let logged: unknown;
const authorizer = createAuthorizer({
  policy,
  verify: jwtVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: KEYS,
    algorithms: ["ES256"],
  } as never),
  resource: AUDIENCE,
  onRejected: (rejection) => {
    reason = rejection.reason;
    logged = rejection;
  },
});

export const CREDENTIALS: Target<Sent> = {
  outcomes: [
    "allowed",
    "unauthenticated",
    "invalid_request",
    "insufficient_scope",
    ...REASONS.map((one) => `invalid_token: ${one}`),
  ],
  inputs: SENT,
  async run({ fields, token }) {
    reason = "none";
    logged = undefined;
    const admission = await authorizer.admit({
      authorization: opened(fields) as string,
      operation: "list_courses",
    });
    if (admission.kind === "allowed") {
      check(admission.token?.iss === ISSUER, "an allowed call has a verified token");
      return "allowed";
    }
    const { decision, answer } = admission;
    const [, payload = "", signature = ""] = token.split(".");
    for (const secret of [token, payload, signature]) {
      checkHidden(answer, secret, "the response");
      checkHidden(logged, secret, "what onRejected gets");
    }
    check(answer.status === STATUS[decision.code], `the status of ${decision.code}`);
    const line = answer.headers["WWW-Authenticate"];
    if (answer.status !== 400) check(parseChallenge(String(line)).size > 0, "a challenge");
    return decision.code === "invalid_token" ? `invalid_token: ${reason}` : decision.code;
  },
};
