import fc from "fast-check";
import type { AuditValue } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import {
  cleanName,
  cleanText,
  redactClientText,
  redactCredentials,
  redactText,
} from "../../src/audit/redaction/clean-text.js";
import { isSecretName, secretNames } from "../../src/audit/redaction/secret-names.js";
import { runOftenAsync, tally } from "../often.js";
import { eventOf, lineOf, showing, UNSAFE_TEXT } from "./audit-events.js";

const isSecret = (name: string, ...sensitive: string[]) =>
  isSecretName(cleanName(name, 128), secretNames(sensitive));

describe("names of secrets", () => {
  const secrets =
    `password passwd pass_word Pass-Word PASSWORD userPassword pwd USER_PWD passphrase passcode secret
    clientSecret client_secret SECRETS token accessToken access_token refresh-token idToken TOKENS apiKey API-KEY x-api-key apikey
    accessKeyId secretAccessKey private_key privateKey PRIVATEKEY signingKey encryption.key authorization Authorization
    Proxy-Authorization cookie Set-Cookie sessionId session_id credential credentials cvv CVV2 cardCvv cvc otp OTP otpCode
    userOTP OTPCode totp pin PIN pinCode user_pin userPin pins ssn SSN user.ssn pass auth sid jwt bearer cardNumber
    connectionString mnemonic seed_phrase oTp user_pIn codeVerifier client-assertion`.split(/\s+/);
  it.each(secrets)("include %s", (name) => {
    expect(isSecret(name)).toBe(true);
  });

  const harmless = `ok shipping pinned spinning Pinterest footprint author authority lesson compass passenger bypass key keyboard
    sidebar side expat path pattern cookbook name email id page limit secretary projectId apiVersion OPINION SHIPPING spin`;
  it.each(harmless.split(/\s+/))("do not include %s", (name) => {
    expect(isSecret(name)).toBe(false);
  });

  it("are recognized despite invisible characters and characters of another width", () => {
    expect(isSecret("pass\u200bwo\u00adrd")).toBe(true);
    expect(isSecret("pass\nword")).toBe(true);
    expect(isSecret("\uff30\uff21\uff33\uff33\uff37\uff2f\uff32\uff24")).toBe(true);
  });

  it("include the names of the option `sensitive`, as whole names in any letter case and spelling", () => {
    for (const name of ["ssn_custom", "SSN_Custom", "ssnCustom", "SSN-CUSTOM", "ssncustom"])
      expect(isSecret(name, "ssn_custom")).toBe(true);
    expect(isSecret("diagnosis", "Diagnosis")).toBe(true);
    expect(isSecret("diagnosis_date", "diagnosis")).toBe(false);
    expect(isSecret("ДИАГНОЗ", "диагноз")).toBe(true);
    expect(isSecret("(.)", "(.)")).toBe(true);
    expect(isSecret("(-)", "(.)")).toBe(false);
  });
});

const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

describe("the shapes of secrets", () => {
  const credentials: readonly (readonly [text: string, clean: string])[] = [
    [JWT, "[redacted]"],
    [`a ${JWT}, b`, "a [redacted], b"],
    [`x${JWT}`, "x[redacted]"],
    ["Bearer abc.def.ghi", "Bearer [redacted]"],
    ["bearer   abc, more", "bearer [redacted], more"],
    ["Bearer%20abc", "Bearer [redacted]"],
    ['Bearer "abc"', 'Bearer [redacted]"'],
    ["Basic dXNlcjpwYXNz", "Basic [redacted]"],
    ["DPoP abc", "DPoP [redacted]"],
    ["-----BEGIN PRIVATE KEY----- MIIEv", "[redacted]"],
    ["a -----BEGIN RSA PRIVATE KEY-----\nMI\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"],
    ["sk-abcdefgh12345678", "[redacted]"],
    ["sk_live_abcdefgh12345678", "[redacted]"],
    ["ghp_abcdefgh12345678", "[redacted]"],
    ["github_pat_abcdefgh12345678", "[redacted]"],
    ["glpat-abcdefgh12345678", "[redacted]"],
    ["xoxb-123456789012-abc", "[redacted]"],
    ["AKIAIOSFODNN7EXAMPLE", "[redacted]"],
    ["AIzaSyA1234567890abcdefg", "[redacted]"],
  ];
  it.each(credentials)("include the credential %j", (text, clean) => {
    expect(redactCredentials(text)).toBe(clean);
    expect(redactText(text)).toBe(clean);
    expect(redactClientText(text)).toBe(clean);
  });

  const pairs: readonly (readonly [text: string, clean: string])[] = [
    ["Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted]"],
    ["authorization=Custom abc def", "authorization=[redacted] def"],
    ["Cookie: a=b; c=d", "Cookie: [redacted]"],
    ["Set-Cookie: sid=1", "Set-Cookie: [redacted]"],
    ["https://user:pa55@example.com/a", "https://[redacted]@example.com/a"],
    ["https://example.com:8080/@a", "https://example.com:8080/@a"],
    ["password=hunter2 next", "password=[redacted] next"],
    ["?access_token=abc&page=2", "?access_token=[redacted]&page=2"],
    ['{"token": "a b", "page": 2}', '{"token": [redacted], "page": 2}'],
    ['{\\"apiKey\\":\\"a b\\"}', '{\\"apiKey\\":[redacted]}'],
    ["client_secret_key => abc", "client_secret_key => [redacted]"],
    ["pin: 1234", "pin: [redacted]"],
    ["password%3Dabc", "password%3D[redacted]"],
    ["a token that was refused", "a token that was refused"],
    ["shipping: express", "shipping: express"],
  ];
  it.each(pairs)("include a value next to its name: %j", (text, clean) => {
    expect(redactText(text)).toBe(clean);
    expect(redactText(clean)).toBe(clean);
  });

  const opaque: readonly (readonly [text: string, isOpaque: boolean])[] = [
    ["mF_9.B5f-4.1JqM", false],
    ["Zq3vT9xLk2Pw8RmB5nYc7Hd1Jf4Gs6Ka0UeVoXi", false],
    ["Zq3vT9xLk2Pw8RmB5nYc7Hd1Jf4Gs6Ka0UeVoXiQ", true],
    ["Zq3vT9xLk2Pw-RmB5nYc7Hd1Jf_Gs6Ka0UeVoXiQ8=", true],
    ["0123456789abcdef".repeat(4), true],
    ["0123456789ABCDEF".repeat(4), true],
    ["0123456789abcdef".repeat(3), false],
    ["My-Course-Name-For-2024-And-Some-More-Words-At-The-End", false],
    ["de305d54-75b4-431b-adb2-eb6b9e546014", false],
    ["a".repeat(200), false],
  ];
  it.each(opaque)("include a random run, and no words: %j, %s", (text, isOpaque) => {
    expect(redactClientText(text)).toBe(isOpaque ? "[redacted]" : text);
    expect(redactText(text)).toBe(text);
  });

  it("do not include names of scopes", () => {
    for (const scope of ["token:write", "api_tokens:read", "secret:read", "cookie:all", "pin:set"])
      expect(redactCredentials(scope)).toBe(scope);
  });
});

describe("a clean text", () => {
  const cases: readonly (readonly [text: string, clean: string])[] = [
    ["a\r\nb\u2028c\u0085d\te", "a b c d e"],
    ["a\u202eb\u0000c\ud800d\ufffee\u200bf", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"],
    ["a\u3164b\u2800c\ue000d\u0378e", "a\ufffdb\ufffdc\ufffdd\ufffde"],
    ["\u{1f600} Привет \u2764\ufe0f", "\u{1f600} Привет \u2764\ufe0f"],
    [`ey\u200b${JWT.slice(2)}`, JWT],
    ["Bea\u00adrer abc", "Bearer abc"],
    ["Bea\ufe0frer abc", "Bearer abc"],
    ["Bea\u2800rer abc", "Bearer abc"],
  ];
  it.each(cases)("is one line without unsafe characters: %j", (text, clean) => {
    expect(cleanText(text, 100)).toBe(clean);
  });

  it("is cut between words, so that no part of a credential remains", () => {
    expect(cleanText("one two three", 9)).toBe("one two …");
    expect(cleanText("A".repeat(50), 9)).toBe("…");
    expect(cleanText(`${"a ".repeat(20)}${JWT}`, 60)).toBe(`${"a ".repeat(20)}…`);
  });

  it("has its maximum length also if it is a name whose characters become longer", () => {
    // one character that Unicode writes as 18
    const name = cleanName("\ufdfa".repeat(128), 128);
    expect(name).toHaveLength(128);
    expect(name.slice(0, 18)).toBe("صلى الله عليه وسلم");
  });

  it("is returned in a time that does not grow with the text", () => {
    const start = performance.now();
    for (const unit of [
      "A",
      "eyJ",
      "pass_",
      "token=",
      "a.",
      "-----BEGIN",
      "Bearer ",
      "x:y@",
      " ",
      "\u200b",
    ]) {
      const text = unit.repeat(1_000_000 / unit.length);
      redactClientText(cleanText(text, 1_024));
      isSecret(text);
    }
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

// An event is one line of JSON. It contains no value with the name of a secret and no credential, at any place.
describe("for any call", () => {
  const MARK = "S3CR3T";
  const spelling = fc.constantFrom(
    (words: readonly string[]) => words.join("_"),
    (words: readonly string[]) => words.join("-"),
    (words: readonly string[]) => words.join("").toUpperCase(),
    (words: readonly string[]) =>
      words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(""),
    (words: readonly string[]) => `my_${words.join("_").toUpperCase()}`,
  );
  const secretName = fc
    .tuple(
      fc.constantFrom(
        ["pass", "word"],
        ["client", "secret"],
        ["access", "token"],
        ["api", "key"],
        ["private", "key"],
        ["otp"],
        ["pin"],
        ["cvv"],
        ["ssn"],
        ["cookie"],
        ["authorization"],
        ["diagnosis", "code"],
      ),
      spelling,
    )
    .filter(([[first], spell]) => first !== "diagnosis" || !spell(["a"]).startsWith("my_"))
    .map(([words, spell]) => spell(words));
  const secretValue = fc.oneof(
    fc.constant(`hunter2-${MARK}`),
    fc.constant([`hunter2-${MARK}`]),
    fc.constant({ inner: { list: [`hunter2-${MARK}`] } }),
  );
  const credential = fc
    .tuple(fc.stringMatching(/^[A-Za-z0-9]{20,30}$/), fc.nat(6))
    .map(
      ([random, kind]) =>
        [
          `eyJ${random}.${MARK}${random}.${random}`,
          `Bearer ${MARK}${random}`,
          `Basic ${MARK}${random}`,
          `sk-${MARK}${random}`,
          `ghp_${MARK}${random}`,
          `-----BEGIN PRIVATE KEY-----\n${MARK}${random}\n-----END PRIVATE KEY-----`,
          `xoxb-${random}-${MARK}`,
        ][kind],
    );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc
      .tuple(fc.constantFrom("", "a ", "\n", "\u2028", "("), credential)
      .map(([a, b]) => `${a}${b}`),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", maxDepth: 4 },
      text,
      fc.constantFrom(1, true, null, -0),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3 }),
      fc.tuple(secretName, secretValue).map(([name, secret]) => ({ [name]: secret, ok: 1 })),
    ),
  }));
  const args = fc.oneof(
    fc.dictionary(fc.oneof(text, fc.constantFrom("a", "b", "__proto__")), value, { maxKeys: 4 }),
    fc.tuple(secretName, secretValue).map(([name, secret]) => ({ [name]: secret })),
    value,
  );

  it("the event is one line of JSON without a secret", async () => {
    const shown = tally("an argument that is shown", 101);
    await runOftenAsync([shown], () =>
      fc.assert(
        fc.asyncProperty(
          args,
          fc.constantFrom("x", "x", "x", undefined),
          fc.record({ sub: text, client_id: text, iss: text, jti: text, tier: text }),
          text,
          async (given, name, claims, other) => {
            const names = typeof given === "object" && given !== null ? Object.keys(given) : [];
            const show = names.filter((one) => one !== "" && one !== "__proto__");
            const event = await eventOf(showing(show), {
              operation: name ?? other,
              token: { scope: "", ...claims },
              args: given,
              requestId: other,
              sensitive: ["diagnosis-CODE"],
            });
            const line = lineOf(event);
            expect(line).not.toContain(MARK);
            shown.count += event.arguments.filter((one) => "value" in one).length;
          },
        ),
        { numRuns: 300 },
      ),
    );
  });

  it("a clean text is one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 50 }), (any) => {
        expect(cleanText(any, 40)).not.toMatch(UNSAFE_TEXT);
        expect(cleanName(any, 40)).not.toMatch(UNSAFE_TEXT);
      }),
    );
  });

  it("a shown value without a secret is unchanged in the event", async () => {
    const shown: AuditValue = { a: [1, -2.5, true, null, "Grüße", { b: {} }], "c d": "e" };
    const event = await eventOf(showing(["v"]), { args: { v: shown } });
    expect(event.arguments).toEqual([{ name: "v", type: "object", value: shown }]);
  });
});
