import { loadPolicy } from "scope-policy";
import { type AuthorizationDetails, authorizationEvent } from "scope-policy/audit";
import {
  type AuditLogEntry,
  type AuditLogOptions,
  readAuditLogQuery,
  renderAuditLog,
} from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { PAGE_MESSAGES } from "../../src/html/messages.js";
import { entryOf, MARKUP, refusedEntry, withoutTimes } from "./settings-pages.js";

const policy = loadPolicy({ name: "Studio", version: "2", scopes: { "classes:read": "See" } });

/** Returns the entry of an event of an authorization server. */
function authorization(details: Partial<AuthorizationDetails>): AuditLogEntry {
  const event = authorizationEvent(policy, { type: "consent", outcome: "success", ...details });
  const allowed = event.outcome === "success";
  const code = allowed ? "success" : (event.error ?? event.outcome);
  return { ...entryOf({ operation: event.type, code, allowed }), event };
}

const pageOf = (events: readonly AuditLogEntry[] = [entryOf()], options: AuditLogOptions = {}) =>
  renderAuditLog({ events }, options);

describe("the audit log", () => {
  it("shows each request with its client, outcome, status and arguments", () => {
    const events = [
      entryOf(),
      refusedEntry,
      entryOf(
        { code: "insufficient_scope", allowed: false },
        {
          decision: { code: "insufficient_scope", allowed: false },
          enforced: false,
        },
      ),
      authorization({ scope: "classes:read", removed: "notes:read" }),
      authorization({ type: "token", outcome: "denied", error: "invalid_grant" }),
    ];
    const html = renderAuditLog(
      { events, next: "1.a&b" },
      {
        query: { client_id: "app-1", refused: true, before: "2.b" },
        clients: [
          { client_id: "app-2", name: "Class Helper" },
          { client_id: "app-3", name: "Sync" },
        ],
        connectedAppsUrl: "/settings/connected-apps",
      },
    );
    expect(withoutTimes(html)).toMatchSnapshot();
  });

  it("without a query has nothing chosen, and a link to older events of all clients", () => {
    const html = renderAuditLog({ events: [entryOf()], next: "1.a" });
    expect(html.match(/<option[^>]*>/g)).toEqual([
      '<option value="" selected>',
      '<option value="app-1">',
      '<option value="" selected>',
      '<option value="true">',
    ]);
    expect(html.match(/href="[^"]*"/g)).toEqual(['href="?before=1.a"']);
  });

  it("without options has no links to other pages", () => {
    const html = renderAuditLog({ events: [entryOf()], next: null });
    expect(html).toMatch(/<main><h1>[^<]*<\/h1>\n<p>[^<]*<\/p>\n<form /);
    expect(html).not.toContain("<a ");
    expect(html).not.toContain("<nav");
  });

  it("says that there is no request, or that none matches", () => {
    expect(pageOf([])).toContain("No app has made a request yet.");
    for (const query of [{ client_id: "a" }, { refused: true as const }, { before: "1.a" }]) {
      expect(pageOf([], { query })).toContain("No request matches.");
    }
  });

  it("offers the chosen client also if no event is from it, and tells clients of one name apart", () => {
    const events = [entryOf({ client_id: "a" }), entryOf({ client_id: "b" })];
    const html = pageOf(events, { query: { client_id: "gone" } });
    expect(html).toContain('<option value="gone" selected>gone</option>');
    expect(html).toContain('<option value="a">Class Helper (a)</option>');
    expect(html).toContain('<option value="b">Class Helper (b)</option>');
  });

  it("shows the identifier of a client without a name, and an event without a client", () => {
    const { client_name, client_id, status, ...rest } = entryOf();
    expect(client_name).toBe("Class Helper");
    const named = pageOf([{ ...rest, client_id: String(client_id) }]);
    expect(named).toContain("</time> · <bdi>app-1</bdi></p>");
    expect(named).toContain('<option value="app-1">app-1</option>');
    expect(pageOf([{ ...rest, status: Number(status) }])).toContain(
      "</time> · Unknown app · Status <bdi>200</bdi></p>",
    );
  });

  it("shows a code that it does not know as it is", () => {
    const newer = entryOf({ code: "newer_code", allowed: false });
    expect(pageOf([newer])).toContain('<p class="reason">newer_code</p>');
  });

  it("shows what an authorization server did without scopes", () => {
    const html = pageOf([authorization({ type: "revocation" })]);
    expect(html).toContain("<strong>Access revoked</strong>");
    expect(html).not.toContain("<del>");
  });

  it("escapes every value", () => {
    const html = pageOf(
      [
        entryOf(
          { client_name: MARKUP, operation: MARKUP, code: MARKUP, allowed: false },
          {
            arguments: [
              { name: MARKUP, type: "object", value: { a: MARKUP } },
              { name: "n", type: "string", value: MARKUP },
            ],
            decision: { code: "denied", allowed: false, missing: [MARKUP] },
          },
        ),
      ],
      { query: { client_id: MARKUP, before: MARKUP } },
    );
    expect(html).not.toMatch(/<script|style=|<img/);
  });

  it.each(["en", "de", "fr", "es", "ar"])("in %s has its language and direction", (locale) => {
    const html = pageOf([entryOf(), refusedEntry], { locale });
    expect(html).toContain(`<html lang="${locale}" dir="${locale === "ar" ? "rtl" : "ltr"}">`);
    expect(html).not.toMatch(/undefined|\{\w+\}/);
  });

  it.each([
    ["query", 7, "expected what `readAuditLogQuery` returns"],
    ["clients", [{ client_id: "a" }], "expected a list of clients"],
    ["clients", [{ name: "a" }], "expected a list of clients"],
    ["clients", [null], "expected a list of clients"],
    ["clients", "a", "expected a list of clients"],
    ["locale", 7, "expected a language tag"],
  ] as const)("rejects the option `%s` with %j", (name, value, message) => {
    expect(() => pageOf([], { [name]: value })).toThrow(message);
  });
});

describe("readAuditLogQuery", () => {
  const read = (query: string) => readAuditLogQuery(new URLSearchParams(query));

  it("reads what the form and the links write", () => {
    expect(read("client_id=a%20b&refused=true&before=1.x")).toEqual({
      client_id: "a b",
      refused: true,
      before: "1.x",
    });
  });

  it.each(["", "client_id=&refused=&before=", "refused=1", "client_id=%00a&before=%0a"])(
    "ignores %j",
    (query) => {
      expect(read(query)).toEqual({});
    },
  );

  it("MAX_QUERY_TEXT: reads 512 characters, and ignores 513", () => {
    expect(read(`client_id=${"a".repeat(512)}`)).toEqual({ client_id: "a".repeat(512) });
    expect(read(`client_id=${"a".repeat(513)}`)).toEqual({});
  });
});

describe("the texts of the pages", () => {
  const textsOf = (words: object, path = ""): readonly (readonly [string, string])[] =>
    Object.entries(words).flatMap(([name, text]: [string, string | object]) =>
      typeof text === "string" ? [[`${path}${name}`, text] as const] : textsOf(text, `${name}.`),
    );
  const holesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();
  const english = new Map(textsOf(PAGE_MESSAGES.get("en") ?? {}));

  it.each([...PAGE_MESSAGES])(
    "in %s are complete, with the placeholders of English",
    (_, words) => {
      const texts = textsOf(words);
      expect(texts.map(([name]) => name)).toEqual([...english.keys()]);
      for (const [name, text] of texts) {
        expect(text.trim()).not.toBe("");
        expect([name, holesOf(text)]).toEqual([name, holesOf(english.get(name) ?? "")]);
      }
    },
  );
});
