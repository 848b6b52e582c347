import { createHash } from "node:crypto";
import {
  type ConnectedAppsOptions,
  renderConnectedApps,
  SETTINGS_PAGE_HEADERS,
} from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { STYLE_DIGEST } from "../../src/consent/headers.js";
import { SETTINGS_STYLE_DIGEST } from "../../src/html/settings-headers.js";
import { SETTINGS_STYLE } from "../../src/html/settings-style.js";
import { titled } from "../titled.js";
import { appOf, everyNote, MARKUP, withoutTimes } from "./settings-pages.js";

const required = { action: "/settings/connected-apps", csrf: "c-1" };
const pageOf = (apps = [appOf()], options: Partial<ConnectedAppsOptions> = {}) =>
  renderConnectedApps(apps, { ...required, ...options });

describe("the page of connected apps", () => {
  it("shows each app with its times, scopes, limits and a form that revokes", () => {
    const html = pageOf([appOf(), everyNote], {
      auditLogUrl: "/settings/audit-log",
      backUrl: "/interaction/r-1",
      notice: "Access was revoked.",
      stylesheet: "/style.css",
    });
    expect(withoutTimes(html)).toMatchSnapshot();
  });

  it("says that no app has access", () => {
    const html = pageOf([]);
    expect(html).toContain('<p class="empty">No app has access to your account.</p>');
    expect(html).not.toContain("<form");
  });

  it("says that the time of the last use is not exact, and when there is none", () => {
    expect(pageOf([everyNote])).toMatch(/<dd>about <time datetime="2026-11-27T18:30:00.000Z">/);
    expect(pageOf()).toContain("<dd>no use recorded</dd>");
  });

  it("writes times in the language and the time zone of the options", () => {
    const timeOf = (html: string) => /<time datetime="([^"]*)">([^<]*)/.exec(html)?.slice(1);
    expect(timeOf(pageOf())?.[1]).toMatch(/November 26, 2026.*9:00.*UTC/);
    const [exact, shown] =
      timeOf(pageOf([appOf()], { locale: "de", timeZone: "Asia/Tokyo" })) ?? [];
    expect(exact).toBe("2026-11-26T09:00:00.000Z");
    expect(shown).toMatch(/26\. November 2026.*18:00/);
    expect(timeOf(pageOf([appOf()], { locale: "ar" }))?.[1]).toMatch(/26 نوفمبر 2026/);
  });

  it("MAX_OPEN_SCOPES: shows 6 scopes, and collapses 7", () => {
    const scopesOf = (count: number) =>
      Array.from({ length: count }, (_, at) => `gone:${at}`).join(" ");
    expect(pageOf([appOf({ scope: scopesOf(6) })])).toContain('<details class="scopes" open>');
    expect(pageOf([appOf({ scope: scopesOf(7) })])).toContain('<details class="scopes"><summary>');
  });

  it("shows the sign of an app without a name", () => {
    const app = appOf();
    const html = pageOf([{ ...app, client: { ...app.client, name: "" } }]);
    expect(html).toContain('<span class="logo" aria-hidden="true">?</span>');
  });

  it("escapes every value, and contains no script, no style attribute and no other address", () => {
    const app = appOf({ grantId: `g ${MARKUP}` });
    const hostile = {
      ...app,
      client: { ...app.client, id: `i\ud800 ${MARKUP}`, name: `n ${MARKUP}` },
      scopes: app.scopes.map((scope) => ({ ...scope, title: MARKUP, description: `d ${MARKUP}` })),
      boundaries: [
        { name: "b", title: MARKUP, lang: null, values: [{ value: "v", label: MARKUP }] },
      ],
    };
    const html = pageOf([hostile], {
      csrf: MARKUP,
      notice: MARKUP,
      stylesheet: `/s.css?${MARKUP}`,
      auditLogUrl: "/log?a=1",
    });
    expect(html).not.toMatch(/<script|style=|<img|onclick/);
    expect(html).toContain("/log?a=1&amp;client_id=i%EF%BF%BD%20%22%3E%3Cscript");
  });

  it.each(["en", "de", "fr", "es", "ar"])("in %s has its language and direction", (locale) => {
    const html = pageOf([everyNote], { locale: ["xx", locale] });
    expect(html).toContain(`<html lang="${locale}" dir="${locale === "ar" ? "rtl" : "ltr"}">`);
    expect(html).not.toMatch(/undefined|\{\w+\}/);
  });

  it.each(
    titled<{ title: string; options: Partial<ConnectedAppsOptions>; name: string }>([
      { title: "an action that is not an address", options: { action: "x" }, name: "action" },
      { title: "an address of a script", options: { backUrl: "javascript:1" }, name: "backUrl" },
      {
        title: "the address of another site",
        options: { auditLogUrl: "//x" },
        name: "auditLogUrl",
      },
    ]),
  )("rejects %s", (_, { options, name }) => {
    expect(() => pageOf([appOf()], options)).toThrow(
      new TypeError(`\`${name}\`: expected a path or an \`https\` URL`),
    );
  });

  it.each(["Mars/Olympus", 7])("rejects the time zone %j", (timeZone) => {
    expect(() => pageOf([], { timeZone } as never)).toThrow("expected the name of a time zone");
  });
});

it("the headers allow the stylesheets of the page and nothing else", () => {
  const digest = createHash("sha256").update(SETTINGS_STYLE).digest("base64");
  expect(SETTINGS_STYLE_DIGEST).toBe(`sha256-${digest}`);
  expect(pageOf()).toContain(`<style>${SETTINGS_STYLE}</style>`);
  expect(SETTINGS_PAGE_HEADERS).toEqual({
    "Content-Security-Policy": `default-src 'none'; style-src 'self' '${STYLE_DIGEST}' 'sha256-${digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  });
});
