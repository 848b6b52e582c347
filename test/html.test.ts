import { createHash } from "node:crypto";
import { type DefaultTreeAdapterMap, parse } from "parse5";
import {
  type ConsentFacts,
  type ConsentOptions,
  type ConsentScreen,
  consentScreen,
  definePolicy,
} from "scope-policy";
import { type RenderOptions, renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { STYLE_DIGEST } from "../src/consent/headers.js";
import { PAGE_STYLE } from "../src/consent/page-style.js";
import { client, factsOf } from "./consent/facts.js";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

const MARKUP = `"><script>alert('1')</script>&`;

const policy = definePolicy({
  name: `School ${MARKUP}`,
  version: `7 ${MARKUP}`,
  tiers: ["free", "pro"],
  scopes: {
    openid: { description: "Who you are", required: true },
    "courses:read": {
      title: "See courses",
      description: "Read your courses",
      group: `Courses ${MARKUP}`,
    },
    "courses:publish": { default: "off", warning: `makes the course public ${MARKUP}` },
    "reports:export": { description: `Export ${MARKUP}`, tier: "pro" },
    "/accounts/{accountID}/read": { description: "An account" },
    offline_access: { description: "Stay signed in" },
  },
  bundles: { "read-only": ["courses:read"] },
  tools: { list_courses: { scope: "courses:read" } },
  notCovered: [`Payouts ${MARKUP}`],
});

const everything: Partial<ConsentFacts> = {
  id: `r-1 ${MARKUP}`,
  requested: "openid courses:read courses:publish reports:export /accounts/a/read offline_access",
  granted: "courses:read",
  client: {
    ...client,
    client_name: `Helper ${MARKUP}`,
    client_uri: "https://app.example/?a=1&b=2",
  },
  user: { label: `ana ${MARKUP}`, switchAccountUrl: "https://as.example/switch" },
  account: { tier: "free", resources: { accountID: { a: `Bakery ${MARKUP}` } } },
};

/** Returns the same JSON with markup added to each string in it, except `state`, which selects a badge. */
function withMarkup(value: unknown): unknown {
  if (typeof value === "string") return `${value}${MARKUP}`;
  if (Array.isArray(value)) return value.map(withMarkup);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => [name, name === "state" ? own : withMarkup(own)]),
  );
}

function pageOf(
  facts: Partial<ConsentFacts> = everything,
  options: Partial<RenderOptions> = {},
  consentOptions: ConsentOptions = {},
) {
  const screen = consentScreen(policy, factsOf(facts), consentOptions);
  const html = renderConsent(screen, { action: "/consent", csrf: `c ${MARKUP}`, ...options });
  return { screen, html, ...elementsOf(html) };
}

function elementsOf(html: string) {
  const elements: Element[] = [];
  const visit = (node: Node): void => {
    if ("tagName" in node) elements.push(node);
    if ("childNodes" in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(html));
  return {
    all: (tag: string) => elements.filter((element) => element.tagName === tag),
    elements,
  };
}

const attribute = (element: Element | undefined, name: string) =>
  element?.attrs.find((one) => one.name === name)?.value;

function textOf(node: Node): string {
  if ("value" in node && node.nodeName === "#text") return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

/** Returns the texts that are not in an element of their own. */
function looseTextsOf(html: string): readonly string[] {
  return elementsOf(html)
    .elements.filter(({ tagName }) =>
      ["body", "header", "main", "form", "ul", "footer", "dl"].includes(tagName),
    )
    .flatMap(({ childNodes }) => childNodes.filter(({ nodeName }) => nodeName === "#text"))
    .map(textOf)
    .filter((text) => text.trim() !== "");
}

describe("the page", () => {
  it("contains no script, event handler or style attribute from any value", () => {
    const { elements, all } = pageOf();
    expect(all("script")).toEqual([]);
    for (const element of elements) {
      for (const { name } of element.attrs) {
        expect(name).not.toMatch(/^on|^style$|^autofocus$/);
      }
    }
  });

  it("has the same elements and attributes for any text in the screen", () => {
    const options = { action: "/consent", csrf: "c", presetUrl: (id: string) => `?${id}` };
    const { elements, screen } = pageOf(everything, options);
    const other = elementsOf(renderConsent(withMarkup(screen) as ConsentScreen, options));
    const shapeOf = (list: readonly Element[]) =>
      list.map(({ tagName, attrs }) => [tagName, ...attrs.map(({ name }) => name)].join(" "));
    expect(shapeOf(other.elements)).toEqual(shapeOf(elements));
  });

  it("shows every value unchanged", () => {
    const { all, elements } = pageOf();
    const text = textOf(all("main")[0] as Element);
    for (const value of [
      "School",
      "7",
      "Helper",
      "ana",
      "Courses",
      "makes the course public",
      "Export",
      "Bakery",
      "Payouts",
    ]) {
      expect(text).toContain(`${value} ${MARKUP}`);
    }
    const hidden = elements.filter((element) => attribute(element, "type") === "hidden");
    expect(
      hidden.map((element) => [attribute(element, "name"), attribute(element, "value")]),
    ).toEqual([
      ["csrf", `c ${MARKUP}`],
      ["id", `r-1 ${MARKUP}`],
      ["policyVersion", `7 ${MARKUP}`],
    ]);
  });

  it("has a label, a description and a unique identifier for every box", () => {
    const { all, elements } = pageOf();
    const ids = elements.flatMap((element) => attribute(element, "id") ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const boxes = all("input").filter((element) => attribute(element, "type") === "checkbox");
    const labels = all("label").map((element) => attribute(element, "for"));
    expect(labels).toEqual(boxes.map((box) => attribute(box, "id")));
    for (const box of boxes) {
      const described = (attribute(box, "aria-describedby") ?? "")
        .split(" ")
        .filter((id) => id !== "");
      for (const id of described) expect(ids).toContain(id);
    }
    expect(boxes.map((box) => attribute(box, "aria-describedby"))).toContain(
      "scope-3-warning scope-3-isNew".replace(" scope-3-isNew", ""),
    );
  });

  it("has a fieldset with a legend for each group", () => {
    const { all } = pageOf();
    const legends = all("fieldset").map((element) => {
      const legend = element.childNodes.find((node) => node.nodeName === "legend");
      return legend === undefined ? "" : textOf(legend);
    });
    expect(legends).toEqual([
      "Who you are",
      "What this app can do",
      "Access while you are away",
      `Courses ${MARKUP}`,
    ]);
  });

  it("marks required, granted and new rows with a badge", () => {
    const { elements, screen } = pageOf({
      requested: "openid courses:read courses:publish",
      granted: "courses:read",
      account: { tier: "pro" },
    });
    const badges = elements.filter((element) => attribute(element, "class") === "badge");
    expect(badges.map(textOf)).toEqual(["Required", "New", "Already allowed"]);
    const { required, granted, isNew } = screen.words;
    expect(badges.map(textOf)).toEqual([required, isNew, granted]);
  });

  it("checks and locks the boxes as the screen defines", () => {
    const { all, screen } = pageOf();
    const boxes = all("input").filter((element) => attribute(element, "name") === "scopes");
    const rows = [
      ...screen.identity,
      ...screen.groups.flatMap((group) => group.rows),
      screen.offline,
    ];
    const shown = boxes.map((box) => [
      attribute(box, "value"),
      attribute(box, "checked") !== undefined,
      attribute(box, "disabled") !== undefined,
    ]);
    expect(shown.sort()).toEqual(rows.map((row) => [row?.scope, row?.checked, row?.locked]).sort());
  });

  it("gives Allow and Deny the same weight: two buttons of one form that differ only in value and text", () => {
    const [first, ...buttons] = pageOf(everything, { presetUrl: (id) => `?${id}` }).all("button");
    expect([attribute(first, "value"), attribute(first, "tabindex")]).toEqual(["deny", "-1"]);
    expect(buttons.map((button) => [attribute(button, "value"), textOf(button)])).toEqual([
      ["deny", "Deny"],
      ["approve", "Allow"],
    ]);
    const names = buttons.map((button) => button.attrs.map((one) => one.name).sort());
    expect(names[0]).toEqual(names[1]);
  });

  it("warns with a word and an icon, not with a colour alone", () => {
    const { elements } = pageOf();
    const warning = elements.find(
      (element) => attribute(element, "class") === "warning",
    ) as Element;
    expect(textOf(warning)).toBe(`Caution: makes the course public ${MARKUP}`);
    expect(warning.childNodes.map((node) => node.nodeName)).toContain("svg");
  });

  it("shows where the response goes, and warns about a program on this device", () => {
    expect(textOf(pageOf().all("main")[0] as Element)).toContain(
      "you will be redirected to app.example.",
    );
    const local = { ...everything, client: { ...client, redirect_uri: "http://127.0.0.1:7/cb" } };
    expect(textOf(pageOf(local).all("main")[0] as Element)).toContain(
      "a program on this device (127.0.0.1:7) will receive the response",
    );
    const none = { ...everything, client: { client_id: "app-1" } };
    expect(textOf(pageOf(none).all("main")[0] as Element)).not.toContain("you will be redirected");
  });

  it("shows a verified domain, a logo, links, and a user without a link to other accounts", () => {
    const verified = pageOf({
      requested: "courses:read",
      client: {
        ...client,
        verifiedDomain: "app.example",
        logo_uri: "https://app.example/l.png",
        policy_uri: "https://app.example/p",
        tos_uri: "https://app.example/t",
      },
      user: { label: "ana" },
    });
    expect(textOf(verified.all("main")[0] as Element)).toContain("Verified domain: app.example");
    expect(verified.all("img").map((image) => attribute(image, "alt"))).toEqual([""]);
    expect(verified.all("a").map(textOf)).toEqual(["Privacy policy", "Terms of service"]);
  });

  it("is written from right to left in Arabic", () => {
    const { all } = pageOf({ ...everything, locale: "ar" });
    expect([attribute(all("html")[0], "lang"), attribute(all("html")[0], "dir")]).toEqual([
      "ar",
      "rtl",
    ]);
  });

  it("shows a notice, the links of the screen, and loads the host's stylesheet", () => {
    const { all, elements } = pageOf(
      everything,
      { notice: `Choose one ${MARKUP}`, stylesheet: "/brand.css?a=1&b" },
      {
        manageUrl: "https://as.example/apps",
        reportUrl: "https://as.example/r",
        helpUrl: "https://as.example/h",
      },
    );
    const alert = elements.find((element) => attribute(element, "role") === "alert") as Element;
    expect(textOf(alert)).toBe(`Choose one ${MARKUP}`);
    expect(all("link").map((link) => attribute(link, "href"))).toEqual(["/brand.css?a=1&b"]);
    const footer = all("footer")[0] as Element;
    expect(textOf(footer)).toContain("View or revoke access you have allowed");
    expect(textOf(footer)).toContain("Report this app");
    expect(textOf(footer)).toContain("Help");
  });

  it("shows presets as links, and checks exactly the scopes of the chosen one", () => {
    const presetUrl = (id: string) => `?preset=${id}`;
    const chosen = pageOf(everything, { presetUrl, preset: "read-only" });
    const links = chosen
      .all("a")
      .filter((link) => attribute(link, "href")?.startsWith("?preset=") === true);
    expect(links.map(textOf)).toEqual(["Read only"]);
    const checked = chosen.all("input").filter((box) => attribute(box, "checked") !== undefined);
    expect(checked.map((box) => attribute(box, "value"))).toEqual(["openid", "courses:read"]);
    const current = chosen.all("a").filter((link) => attribute(link, "aria-current") === "true");
    expect(current.map(textOf)).toEqual(["Read only"]);
  });

  it("shows presets and choices of all as buttons, of which none is marked without a choice", () => {
    const names = Array.from({ length: 7 }, (_, at) => `s${at}:read`);
    const plain = definePolicy({
      name: "School",
      version: "7",
      scopes: Object.fromEntries(names.map((name) => [name, {}])),
      bundles: { "first-one": ["s0:read"] },
    });
    const html = renderConsent(consentScreen(plain, factsOf({ requested: names.join(" ") })), {
      action: "/consent",
      csrf: "c",
    });
    expect(html.match(/<button name="decision"[^>]*>/g)).toEqual([
      '<button name="decision" value="preset:first-one">',
      '<button name="decision" value="all">',
      '<button name="decision" value="none">',
      '<button name="decision" value="deny">',
      '<button name="decision" value="approve">',
    ]);
  });

  it("shows the first letter of a client without a logo as a capital", () => {
    const { html } = pageOf({ ...everything, client: { ...client, client_name: "helper" } });
    expect(html).toContain('<span class="logo" aria-hidden="true">H</span>');
  });

  it("shows the description of a row and the tier that it needs, each with an identifier", () => {
    const { html, screen } = pageOf();
    const row = screen.groups.flatMap(({ rows }) => rows).find(({ tier }) => tier !== null);
    expect(html).toMatch(/id="scope-\d+-description"/);
    expect(row?.tier?.note).toMatch(/Pro plan/);
    expect(html).toContain(`id="${row?.domId}-tier">${row?.tier?.note}</p>`);
  });

  it("has no text between the elements of its structure", () => {
    for (const facts of [everything, { requested: "courses:read", user: null }]) {
      expect(looseTextsOf(pageOf(facts as Partial<ConsentFacts>).html)).toEqual([]);
    }
  });

  it("is not rendered for a screen with an error", () => {
    expect(() => pageOf({ requested: "nope" })).toThrow(
      "`screen.error`: `invalid_scope` has no page",
    );
  });
});

it("the page shows why a box is not checked, and adds no description to a row without one", () => {
  const plain = definePolicy({
    name: "School",
    version: "7",
    scopes: { "courses:read": {}, b: {} },
  });
  const facts = factsOf({ requested: "courses:read b", refused: [{ scope: "b" }] });
  const html = renderConsent(consentScreen(plain, facts), { action: "/consent", csrf: "c" });
  expect(html).toContain('<p class="why" id="scope-2-why">You did not allow this before.</p>');
  expect(html.match(/aria-describedby="[^"]*"/g)).toEqual(['aria-describedby="scope-2-why"']);
  expect(looseTextsOf(html)).toEqual([]);
});

it("the page shows what a scope implies", () => {
  const implying = definePolicy({
    name: "School",
    version: "7",
    scopes: {
      "courses:read": "See courses, and lessons",
      "courses:write": { implies: ["courses:read"] },
    },
  });
  const requested = "courses:read courses:write";
  const facts = factsOf({ requested, refused: [{ scope: "courses:read" }] });
  const html = renderConsent(consentScreen(implying, facts), { action: "/consent", csrf: "c" });
  expect(html).toContain("Includes <q><bdi>See courses, and lessons</bdi></q>");
  expect(html).toContain("Included in <q><bdi>Courses: write</bdi></q>");
});

it("the headers allow the stylesheet of the page", () => {
  const digest = createHash("sha256").update(PAGE_STYLE).digest("base64");
  expect(STYLE_DIGEST).toBe(`sha256-${digest}`);
  const { screen, all } = pageOf();
  expect(textOf(all("style")[0] as Element)).toBe(PAGE_STYLE);
  expect(screen.headers["Content-Security-Policy"]).toContain(`'${STYLE_DIGEST}'`);
});

it.each(["/consent", "https://as.example/consent", "http://127.0.0.1:3000/consent"])(
  "renderConsent accepts the action %s",
  (action) => {
    expect(attribute(pageOf(everything, { action }).all("form")[0], "action")).toBe(action);
  },
);

it.each([
  "javascript:alert(1)",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "http://as.example/",
  "http://127.0.0.1:x@evil.example/",
  "http://localhost.evil.example/",
  "consent",
  "",
])("renderConsent rejects the action %j", (action) => {
  expect(() => pageOf(everything, { action })).toThrow(TypeError);
});
