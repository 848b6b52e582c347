import {
  type ConsentScreen,
  type ConsentSelection,
  consentScreen,
  definePolicy,
  loadPolicy,
  type PolicyDefinition,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { factsOf } from "../consent/facts.js";

const named = (count: number, options: object = {}) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at + 1}:read`, options]));

function pageOf(
  scopes: PolicyDefinition["scopes"],
  facts: object = {},
  selection?: ConsentSelection,
) {
  const policy = loadPolicy({ name: "Long", version: "1", scopes });
  const requested = Object.keys(scopes).join(" ");
  const html = renderConsent(consentScreen(policy, factsOf({ requested, ...facts })), {
    action: "/c",
    csrf: "c",
    ...(selection !== undefined && { selection }),
  });
  const collapsed = [...html.matchAll(/<details class="more">.*?<\/div><\/details><\/fieldset>/g)];
  return {
    html,
    collapsed: collapsed.map(([part]) => [...part.matchAll(/value="([^"]*)"/g)].map(([, v]) => v)),
    summaries: [...html.matchAll(/<span class="chosen">(.*?)<\/span>/g)].map(([, text]) =>
      text?.replaceAll(/<\/?bdi>/g, ""),
    ),
  };
}

describe("a group", () => {
  it("MAX_OPEN_ROWS: of 6 rows is open, and of 7 is collapsed with the number of chosen rows", () => {
    expect(pageOf(named(6)).collapsed).toEqual([]);
    const { collapsed, summaries } = pageOf({
      ...named(4),
      ...named(7, { default: "off" }),
      ...named(3),
    });
    expect(collapsed).toHaveLength(1);
    expect(summaries).toEqual(["3 of 7 chosen"]);
  });

  it("MAX_OPEN_PAGE_ROWS: of a page with 24 rows is open, and of one with 25 is collapsed", () => {
    const groups = (count: number) =>
      Object.fromEntries(
        Object.keys(named(count)).map((name, at) => [name, { group: `G${at % 5}` }]),
      );
    expect(pageOf(groups(24)).collapsed).toEqual([]);
    const { collapsed, html } = pageOf(groups(25));
    expect(collapsed.map((list) => list.length)).toEqual([5, 5, 5, 5, 5]);
    expect(html).toContain('<main class="long">');
  });

  it("keeps rows that are required or have a warning open", () => {
    const { collapsed, summaries } = pageOf({
      ...named(7),
      "s2:read": { required: true },
      "s4:read": { warning: "think twice" },
    });
    expect(collapsed).toEqual([["s1:read", "s3:read", "s5:read", "s6:read", "s7:read"]]);
    expect(summaries).toEqual(["5 of 5 chosen"]);
  });

  it("keeps new rows open and first, and says that more is asked", () => {
    const granted = "s1:read s2:read s3:read s4:read s5:read s6:read";
    const { collapsed, html } = pageOf(named(8), { granted });
    expect(collapsed).toEqual([granted.split(" ")]);
    expect(html.indexOf('value="s7:read"')).toBeLessThan(html.indexOf('value="s1:read"'));
    expect(html).toContain("already has access and asks for more. What is new comes first.");
    expect(pageOf(named(8)).html).not.toContain("already has access");
  });

  it("is not collapsed for a single row", () => {
    const { collapsed } = pageOf({ ...named(7, { warning: "think twice" }), "s1:read": {} });
    expect(collapsed).toEqual([]);
  });

  it("counts the rows that a selection chose", () => {
    expect(pageOf(named(7), {}, { decision: "none" }).summaries).toEqual(["0 of 7 chosen"]);
    const two = { decision: "approve", scopes: ["s1:read", "s2:read"] };
    expect(pageOf(named(7), {}, two).summaries).toEqual(["2 of 7 chosen"]);
  });
});

describe("a title", () => {
  it("MAX_BOLD_TITLE: of 100 characters is bold, and of 101 has regular weight", () => {
    const { html } = pageOf({ a: "x".repeat(100), b: "x".repeat(101) });
    expect(html).toContain('<label for="scope-1">');
    expect(html).toContain('<label for="scope-2" class="prose">');
  });
});

describe("a row", () => {
  const render = (screen: ConsentScreen) => renderConsent(screen, { action: "/c", csrf: "c" });

  it("says which entitlement the account lacks", () => {
    const policy = definePolicy({
      name: "Long",
      version: "1",
      entitlements: ["export"],
      scopes: { "a:read": { entitlement: "export" } },
    });
    const html = render(consentScreen(policy, factsOf({ requested: "a:read" })));
    expect(html).toMatch(/<p class="entitlement" id="scope-1-entitlement">[^<]*Export/);
  });

  it("names no broader scope whose row the server left out of the screen", () => {
    const policy = definePolicy({
      name: "Long",
      version: "1",
      scopes: { "a:write": { implies: ["a:read"] }, "a:read": { default: "off" } },
    });
    const screen = consentScreen(policy, factsOf({ requested: "a:write a:read" }));
    expect(render(screen)).toContain("Included in <q>");
    const groups = screen.groups.map((group) => ({ ...group, rows: group.rows.slice(1) }));
    expect(render({ ...screen, groups })).not.toContain("Included in <q>");
  });

  it("marks a value of a boundary that the earlier grant does not have", () => {
    const policy = definePolicy({
      name: "Long",
      version: "1",
      boundaries: { project: { claim: "projects" } },
      scopes: { "a:read": {} },
      tools: { get_a: { scope: "a:read", within: { project: "id" } } },
    });
    const facts = factsOf({
      requested: "a:read",
      granted: "a:read",
      grantedBoundaries: { project: ["p1"] },
      account: { boundaries: { project: { p1: "Shop", p2: "Blog" } } },
    });
    const html = render(consentScreen(policy, facts));
    expect(html).toContain('<bdi>Blog</bdi> <span class="badge">New</span>');
    expect(html).toContain("<bdi>Shop</bdi></label>");
  });
});

describe("a page", () => {
  it("offers to choose all and none if more than 6 rows can be changed", () => {
    const isOffered = (html: string) =>
      html.includes('value="all"') && html.includes('value="none"');
    expect(isOffered(pageOf(named(7)).html)).toBe(true);
    expect(isOffered(pageOf({ ...named(7), "s1:read": { required: true } }).html)).toBe(false);
  });

  it("has the description as heading, and the machine name below what the scope opens", () => {
    const policy = definePolicy({
      name: "Long",
      version: "1",
      scopes: { "a:read": "See everything", "b:read": {} },
      tools: { get_a: "a:read" },
    });
    const screen = consentScreen(policy, factsOf({ requested: "a:read b:read" }));
    const html = renderConsent(screen, { action: "/c", csrf: "c" });
    expect(html).toContain('<label for="scope-1"><bdi>See everything</bdi></label>');
    expect(html).toMatch(/What this allows .*?get_a.*?Technical name: <bdi>a:read<\/bdi>/);
    expect(html).toMatch(/<span>Details<\/span>.*?Technical name: <bdi>b:read<\/bdi>/);
  });
});
