import { describe, expect, it } from "vitest";
import { redactClientText, redactText } from "../../src/audit/redaction/clean-text.js";
import { isSecretName, secretNames } from "../../src/audit/redaction/secret-names.js";
import { eventOf, lineOf, showing } from "./audit-events.js";

const S = "hunter2-S3CR3T";

/** Returns the value in the event, for an argument that the policy shows. */
async function shown(value: unknown): Promise<unknown> {
  const event = await eventOf(showing(["v"]), { args: { v: value } });
  lineOf(event);
  return event.arguments[0]?.value;
}

describe("the names of secrets", () => {
  const secrets =
    `dsn DSN sentry_dsn sentryDsn database_url DATABASE_URL databaseUri dbUrl redis_url REDIS_URI mongoUri
    postgres_url jdbcUrl amqp_url brokerUrl connection_url connStr webhook slackWebhook webhook_url WEBHOOK-URI hookUrl
    web_hook_endpoint sshKey ssh_key SSH-KEY rsaKey gpgKey hmac_key sharedKey storageKey deployKey consumer_key
    private_key passphrase client_secret refresh_token passkey psk sig creds userSig kubeconfig magicLink presignedUrl
    security_answer subscription-key decryptionKey db/password`.split(/\s+/);
  it.each(secrets)("include %s", (name) => {
    expect(isSecretName(name, secretNames([]))).toBe(true);
  });

  const harmless = `webhookId webhook_events webhookEnabled webhooks_count url database databaseName db_name redis broker
    sshPublicKey signal design significant sigma signature publicKey key_id keys primaryKey sortKey foreign_key
    keyword hook hooks adventure credit incredible sacred kube connection connectionId license mask masks kiosk`;
  it.each(harmless.split(/\s+/))("do not include %s", (name) => {
    expect(isSecretName(name, secretNames([]))).toBe(false);
  });
});

describe("secrets next to their name in a text", () => {
  const texts: readonly (readonly [text: string, clean: string])[] = [
    [`--password ${S}`, "--password [redacted]"],
    [`run --client-secret '${S} x' --page 2`, "run --client-secret [redacted] --page 2"],
    [`plink -pw ${S} host`, "plink -pw [redacted] host"],
    [`openssl -passin pass:${S}`, "openssl -passin pass:[redacted]"],
    [`curl -u a:${S} https://x.example`, "curl -u [redacted] https://x.example"],
    [`curl --user "a:${S}"`, 'curl --user "[redacted]"'],
    [
      `curl --proxy-user alice.b:${S} https://x.example`,
      "curl --proxy-user [redacted] https://x.example",
    ],
    [`sshpass -p ${S} ssh x`, "sshpass -p [redacted] ssh x"],
    [`docker login -u me -p ${S}`, "docker login -u me -p [redacted]"],
    [`mysql -u root -p${S} db`, "mysql -u root -p[redacted] db"],
    [`redis-cli -h x -a ${S}`, "redis-cli -h x -a [redacted]"],
    [`machine x login me password ${S}`, "machine x login me password [redacted]"],
    [`https://${S}@host.example/a`, "https://[redacted]@host.example/a"],
    [`https://user:p@${S}@host.example`, "https://[redacted]@host.example"],
    [`<password>${S}</password>`, "<password>[redacted]</password>"],
    [
      `<db:Password kind="x"> ${S} </db:Password>`,
      '<db:Password kind="x">[redacted]</db:Password>',
    ],
    [`<apiKey><![CDATA[${S}]]></apiKey>`, "<apiKey>[redacted]</apiKey>"],
    [`?sig=${S}&page=2`, "?sig=[redacted]&page=2"],
    [`&X-Amz-Signature=${S}&X-Amz-Date=1`, "&X-Amz-Signature=[redacted]&X-Amz-Date=1"],
    [`X-Goog-Signature=${S}`, "X-Goog-Signature=[redacted]"],
    ["Signature=fe5f80f77d5fa3beca038a248ff027d0", "Signature=[redacted]"],
    ["?code=SplxlOBeZQQYbYS6WxSbIA&state=1", "?code=[redacted]&state=1"],
    ["AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u", "AccountKey=[redacted]"],
    [`DATABASE_URL=postgres://a:${S}@h/d`, "DATABASE_URL=[redacted]"],
    [`dsn: ${S}`, "dsn: [redacted]"],
    [`pinCode=${S}`, "pinCode=[redacted]"],
    [`user_otp: ${S}`, "user_otp: [redacted]"],
    [`webhook_url=${S}`, "webhook_url=[redacted]"],
    ["https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/[redacted]"],
    ["https://discord.com/api/webhooks/1/abc-d", "https://discord.com/api/webhooks/[redacted]"],
    [`{"name": "password", "value": "${S} x"}`, '{"name": "password", "value": [redacted]}'],
    [
      `{\\"key\\":\\"apiKey\\",\\"value\\":\\"${S}\\"}`,
      '{\\"key\\":\\"apiKey\\",\\"value\\":[redacted]}',
    ],
    [`<add key="DbPassword" value="${S}"/>`, '<add key="DbPassword" value=[redacted]/>'],
    [`<input type="password" value="${S}">`, '<input type="password" value=[redacted]>'],
    [`password: |\n  ${S}\nuser: a`, "password: [redacted]\nuser: a"],
    [`token: >-   ${S}`, "token: [redacted]"],
    [`["Authorization", "${S}"]`, '["Authorization", [redacted]]'],
    [`['x-api-key','${S}']`, "['x-api-key',[redacted]]"],
  ];
  it.each(texts)("are redacted in %j", (text, clean) => {
    expect(redactText(text)).toBe(clean);
    expect(redactText(clean)).toBe(clean);
  });

  const honest = [
    "Use --password to set it",
    "--page 2 --limit 10",
    "- token holders meet at 5",
    "docker run -u 1000:1000 -p 8080:80 image",
    "mkdir -p a/b",
    "ssh://git@github.com/a/b",
    "https://example.com/@user?a=b@c.example",
    'see "https://example.com","ada@example.com"',
    "ada@example.com",
    "<password/> and <td>password</td>",
    "?code=GB&signature=Ada",
    "design=modern&significant=yes",
    'the field "name": "Ada", "value": 3',
    '["page", "2"]',
    "https://hooks.example.com/services/T0",
    "Buy milk, walk the dog; call 020 7946 0000",
    "machine learning login page",
    "author: Ada, passenger=3, pinned: yes",
  ];
  it.each(honest)("leaves %j as it is", async (text) => {
    expect(redactText(text)).toBe(text);
    expect(await shown(text)).toBe(text);
  });
});

describe("secrets next to their name in data", () => {
  const values: readonly (readonly [value: unknown, clean: unknown])[] = [
    [[{ name: "password", value: S }], [{ name: "password", value: "[redacted]" }]],
    [
      { type: "password", value: S },
      { type: "password", value: "[redacted]" },
    ],
    [
      { env: [{ value: { a: [S] }, key: "API_KEY", type: "string" }] },
      { env: [{ value: "[redacted]", key: "API_KEY", type: "string" }] },
    ],
    [
      { k: "otp", v: "123456", raw_value: "123456", "old-values": ["1"], DATA: "1" },
      {
        k: "otp",
        v: "[redacted]",
        raw_value: "[redacted]",
        "old-values": "[redacted]",
        DATA: "[redacted]",
      },
    ],
    [
      { field: "otp", newValue: 123456 },
      { field: "otp", newValue: "[redacted]" },
    ],
    [
      { label: "Card number", content: S },
      { label: "Card number", content: "[redacted]" },
    ],
    [
      ["Authorization", S],
      ["Authorization", "[redacted]"],
    ],
    [
      ["Card number", S],
      ["Card number", "[redacted]"],
    ],
    [
      {
        headers: [
          ["x-api-key", S],
          ["Accept", "*/*"],
        ],
      },
      {
        headers: [
          ["x-api-key", "[redacted]"],
          ["Accept", "*/*"],
        ],
      },
    ],
    [
      ["Host", "x", "Cookie", S, "Accept", "y"],
      ["Host", "x", "Cookie", "[redacted]", "Accept", "y"],
    ],
    [
      ["curl", "-u", `a:${S}`, "https://x.example"],
      ["curl", "-u", "[redacted]", "https://x.example"],
    ],
    [
      ["run", "--password", S, "--page", "2"],
      ["run", "--password", "[redacted]", "--page", "2"],
    ],
    [
      { a: { dsn: S, sshKey: S, webhookUrl: S } },
      { a: { dsn: "[redacted]", sshKey: "[redacted]", webhookUrl: "[redacted]" } },
    ],
  ];
  it.each(values)("are redacted in %j", async (value, clean) => {
    expect(await shown(value)).toEqual(clean);
    expect(JSON.stringify(await shown(value))).not.toContain("S3CR3T");
  });

  it("are recognized by the names of the option `sensitive`", async () => {
    const event = await eventOf(showing(["v"]), {
      args: { v: [{ name: "diagnosis", value: S }] },
      sensitive: ["Diagnosis"],
    });
    expect(event.arguments[0]?.value).toEqual([{ name: "diagnosis", value: "[redacted]" }]);
  });

  const honest: readonly unknown[] = [
    [{ name: "page", value: 2 }],
    { keyboard: "password", value: "shown" },
    { my_key: "password", value: "shown" },
    { name: "password", context: "the page of the account", valuesOf: "shown" },
    ["two words", "b", "password", "email"],
    [{ name: "password", type: "string", required: true }],
    { name: "How to reset a password safely", value: 3 },
    { id: 7, value: "x", name: { first: "Ada" } },
    ["page", "2"],
    ["id", "name", "password", "email", "phone"],
    ["run", "--token", "--page", "2"],
    ["chown", "-u", "root"],
    [
      ["a", "b"],
      ["c", "d"],
    ],
    { a: 1_731_000_000_000, b: 4_111_111_111_111_112, c: -4_111_111_111_111_111 },
  ];
  it.each(honest)("leaves %j as it is", async (value) => {
    expect(await shown(value)).toEqual(value);
  });
});

describe("keys with slashes", () => {
  const runs: readonly (readonly [text: string, isSecret: boolean])[] = [
    ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true],
    ["k9Xv/2LqTz8+RmB5nYc7/Hd1Jf4Gs6Ka0UeVoXiQ8Wd=", true],
    ["repos/Example/commits/e77b8f22a416db46b6196767bcd35601d7e11d54", false],
    ["api/v1/Users/JohnDoe/Documents/Invoices2024", false],
    ["/Users/JohnDoe/Documents/Invoices2024/March/ReportOfTheBoard", false],
    ["projects/de305d54-75b4-431b-adb2-eb6b9e546014/files/Report2024", false],
    ["application/vnd.openxmlformats-officedocument.wordprocessingml", false],
  ];
  it.each(runs)("count as random or not: %j, %s", (text, isSecret) => {
    expect(redactClientText(`a ${text} b`)).toBe(isSecret ? "a [redacted] b" : `a ${text} b`);
  });
});

describe("the numbers of payment cards", () => {
  const cards: readonly (readonly [text: string, clean: string])[] = [
    ["4111111111111111", "[redacted]"],
    ["card 4111 1111 1111 1111, thanks", "card [redacted], thanks"],
    ["5500-0000-0000-0004", "[redacted]"],
    ["378282246310005", "[redacted]"],
    ["3782 822463 10005", "[redacted]"],
    ["2223003122003222", "[redacted]"],
    ["6011111111111117", "[redacted]"],
    ["4222222222222", "[redacted]"],
    ["12 4111-1111-1111-1111 and 5555 5555 5555 4444", "12 [redacted] and [redacted]"],
    ["4111 1111 1111 1111 5500 0000 0000 0004", "[redacted] [redacted]"],
    ["order-4111111111111111", "order-[redacted]"],
    ["41111111-1111-4008-8abc", "[redacted]-8abc"],
  ];
  it.each(cards)("are redacted in %j", (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  it("are redacted if their type is number", async () => {
    expect(await shown({ a: 4_111_111_111_111_111 })).toEqual({ a: "[redacted]" });
  });

  const honest = [
    "4111111111111112",
    "1731000000000",
    "5123456789010",
    "1000000000000008",
    "9000000000000001",
    "0.4111111111111111",
    "4111111111111111x",
    "411111111111111111111111",
    "2019 2020 2021 2022",
    "+44 20 7946 0000",
    "2024-11-05 12:30",
    "41111111-1111-4008-8abc-0123456789ab",
    "id 41111111-1111-4008-8111-111111111111.",
  ];
  it.each(honest)("do not include %j", (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe("the cost of redaction", () => {
  const UNITS = [
    "--password ",
    "--",
    "--pass",
    "-u a",
    "-u a:",
    "https://a",
    "://a@",
    "<password>",
    "<password ",
    "<password><![CDATA[",
    '"name":"password","value":',
    '"name":"',
    '["authorization",',
    "sig=",
    "signature=",
    "docker login ",
    "mysql -u ",
    "redis-cli -",
    "login a password ",
    "4 ",
    "4111-",
    "41",
    "webhook",
    "database_",
    "wJalrXUtnFEMI/",
    "x-token-key-",
    "\\\\\\",
    '"',
    "name=",
    " ",
    "hooks.slack.com/a",
  ];

  /** Returns the minimum of several measurements in milliseconds. */
  function cost(text: string): number {
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      redactClientText(text);
      return performance.now() - start;
    });
    return Math.min(...times);
  }

  it.each(UNITS)("grows in proportion to the text: %j", (unit) => {
    const half = unit.repeat(Math.ceil(32_000 / unit.length));
    const [one, two] = [cost(half), cost(half + half)];
    expect(two).toBeLessThan(4 * one + 100);
    expect(two).toBeLessThan(1_500);
  });
});
