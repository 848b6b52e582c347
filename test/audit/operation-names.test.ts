import { createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import { redactName } from "../../src/audit/redaction/clean-text.js";
import { titled } from "../titled.js";
import { eventOf, lineOf } from "./audit-events.js";

const policy = {
  name: "Shop",
  version: "1",
  scopes: { a: {} },
  tools: { list_orders: "a", "get_*": "a", Zq3vT9xLk2Pw8RmB5nYc7Hd1: "a" },
};

interface Token {
  readonly title: string;
  readonly token: string;
}

/** Shapes of credentials that a client can send in place of a name. */
const TOKENS: readonly Token[] = [
  { title: "a JWT", token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl" },
  { title: "an unsigned JWT", token: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0." },
  { title: "16 bytes in base64url", token: "k9XvQ2LqTz8ARmB5nYc7Hd" },
  { title: "24 bytes in base64url", token: "Zq3vT9xLk2Pw-8RmB5nYc7Hd1Jf4Gs6K" },
  { title: "32 bytes in base64url", token: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" },
  {
    title: "48 bytes in base64url",
    token: "2YotnFZFEjr1zCsicMWpAAJkVq8wN5sLhX0yTbD3uGmR7eKoPcSdWi-f_9QzB6vH",
  },
  { title: "16 bytes in hexadecimal", token: "0cc175b9c0f1b6a831c399e269772661" },
  { title: "20 bytes in hexadecimal", token: "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8" },
  {
    title: "32 bytes in uppercase hexadecimal",
    token: "CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB",
  },
  { title: "lowercase letters and digits", token: "k3j9x0q2m7w8v5z1p4r6t" },
  { title: "lowercase letters", token: "qzxkjvwpmrtbnlghdsfcxq" },
  { title: "base32", token: "JBSWY3DPEHPK3PXPJBSWY3DP" },
  { title: "digits", token: "84712093847120938471" },
  { title: "a GitHub token", token: "ghp_16C7e42F292c6912E7710c838347Ae178B4a" },
  { title: "an API key", token: "sk-proj-abcdefgh12345678" },
  { title: "base64 of a user and password", token: "dXNlcjpodW50ZXIyLVMzQ1IzVA==" },
  { title: "a card", token: "4111-1111-1111-1111" },
];

/** The places of a name that a client chooses, as the audit receives it. */
const PLACES: readonly (readonly [place: string, name: (token: string) => string])[] = [
  ["the name of a tool", (token) => token],
  ["a name that a pattern matches", (token) => `get_${token}`],
  ["a path", (token) => `(no operation) GET /reset/${token}/now`],
  ["a method", (token) => `mcp:${token}`],
  ["a name between other words", (token) => `please call ${token} now`],
];

describe.each(PLACES)("a credential as %s", (_, nameOf) => {
  it.each(titled(TOKENS))("is not in the event: %s", async (_title, { token }) => {
    const event = await eventOf(policy, { operation: nameOf(token), args: { [token]: 1 } });
    const line = lineOf(event);
    expect(line).toContain("[redacted]");
    for (let at = 0; at + 12 <= token.length; at += 1) {
      expect(line).not.toContain(token.slice(at, at + 12));
    }
  });

  it.each(["Bearer S3CR3Ta", "Basic UzNDUjNU", "bearer%20S3CR3Tb", "password=S3CR3Tc"])(
    "is not in the event: %s",
    async (text) => {
      const line = lineOf(await eventOf(policy, { operation: nameOf(text) }));
      expect(line).not.toMatch(/S3CR3T|UzNDUjNU/);
    },
  );
});

describe("a name of words", () => {
  const honest = [
    "list_orders_of_the_customer",
    "mcp__github__create_pull_request",
    "getCurrentWeatherForecastForCity",
    "getcurrentweatherforecast",
    "calculateJwkThumbprint",
    "Update-Course-Enrollment-Statistics-V2",
    "delete_all_archived_projects_and_their_attachments_of_2024",
    "hentBrukersKontoopplysninger",
    "Kundenauftragsbestaetigung",
    "przyszczypkowski_zamowienie",
    "PRZYSZCZYPKOWSKI_ZAMOWIENIE",
    "PRZYSZCZYPKOWSKI-zamowienie",
    "export_report_2024-11-05",
    "LIST_SUBSCRIPTION_PLANS_FOR_RESELLERS",
    "(no operation) GET /v1/projects/42/attachments/annual-report-2024.pdf",
    "(no operation) DELETE /v1/accounts/de305d54-75b4-431b-adb2-eb6b9e546014/members",
    "order_de305d54-75b4-431b-adb2-eb6b9e546014",
    "mcp:notifications/resources/updated",
    "n?o such tool",
  ];
  it.each(honest)("stays in the event: %s", async (operation) => {
    const event = await eventOf(policy, { operation });
    expect(event.operation.name).toBe(operation);
  });

  it("of the policy stays in the event even if it looks like a credential", async () => {
    const operation = "Zq3vT9xLk2Pw8RmB5nYc7Hd1";
    expect((await eventOf(policy, { operation })).operation).toEqual({
      name: operation,
      kind: "tool",
    });
    expect(redactName(operation)).toBe("[redacted]");
  });
});

it("a token that a client sends as the name of a tool is not in the event of an authorizer", async () => {
  const events: AuditEvent[] = [];
  const authorizer = createAuthorizer({
    policy: loadPolicy(policy),
    verify: () => undefined,
    audit: (event) => void events.push(event),
  });
  for (const { token } of TOKENS) await authorizer.decide("bad", token as never);
  expect(new Set(events.map(({ operation }) => operation.name))).toEqual(new Set(["[redacted]"]));
});
