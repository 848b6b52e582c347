import { consentScreen, definePolicy, resolveConsent } from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { factsOf } from "./facts.js";

const policy = definePolicy({
  name: "School",
  version: "7",
  boundaries: { project: { claim: "projects" } },
  scopes: {
    openid: { required: true },
    "courses:read": "See courses",
    "courses:write": { description: "Change courses", default: "off" },
    "reports:read": "See reports",
  },
  bundles: { "read-only": ["courses:read", "reports:read"], reports: ["reports:read"] },
  tools: { get_report: { scope: "reports:read", within: { project: "projectId" } } },
});

const facts = factsOf({
  id: "r-1",
  requested: "openid courses:read courses:write reports:read",
  account: { boundaries: { project: { p1: "One", p2: "Two" } } },
});
const screen = consentScreen(policy, facts);

/** Returns the values of the checked boxes of a page. */
function checkedOf(html: string): readonly string[] {
  const boxes = html.match(/<input type="checkbox"[^>]*>/g) ?? [];
  return boxes.flatMap((box) =>
    / checked/.test(box) ? [/value="([^"]*)"/.exec(box)?.[1] as string] : [],
  );
}

const page = (options: object) =>
  renderConsent(screen, { action: "/consent", csrf: "c", ...options });

const ALL = ["openid", "courses:read", "courses:write", "reports:read"];

describe("a page that is shown again after a selection", () => {
  const rows = [
    { title: "all", selection: { decision: "all" }, checked: ALL },
    { title: "none", selection: { decision: "none", scopes: ALL }, checked: ["openid"] },
    {
      title: "a bundle",
      selection: { decision: "preset:reports", scopes: ALL },
      checked: ["openid", "reports:read"],
    },
    {
      title: "a bundle that the screen does not have",
      selection: { decision: "preset:nope", scopes: ["courses:write"] },
      checked: ["openid", "courses:write"],
    },
    {
      title: "an approval with something that was not offered",
      selection: { decision: "approve", scopes: ["courses:write", "evil"], boundaries: "x=y" },
      checked: ["openid", "courses:write"],
    },
    {
      title: "a choice with a value of a boundary",
      selection: { decision: "none", boundaries: ["project=p2", "project=p9"] },
      checked: ["openid", "project=p2"],
    },
    { title: "a selection of other types", selection: { scopes: 7 }, checked: ["openid"] },
  ];
  it.each(titled(rows))("checks the boxes of %s", (_title, { selection, checked }) => {
    expect(checkedOf(page({ selection }))).toEqual(checked);
  });

  it("checks the boxes of the screen without a selection", () => {
    expect(checkedOf(page({}))).toEqual(["openid", "courses:read", "reports:read"]);
  });

  it("marks the bundle that was chosen", () => {
    const html = page({ selection: { decision: "preset:read-only" } });
    expect(html.match(/value="([^"]*)" aria-current="true"/)?.[1]).toBe("preset:read-only");
    expect(page({ selection: { decision: "all" } })).not.toContain('aria-current="true"');
  });
});

describe("a decision that only checks boxes", () => {
  it.each(["all", "none", "preset:reports", "preset:nope", "preset:"])(
    "%s grants nothing, and is no refusal",
    (decision) => {
      expect(resolveConsent(policy, facts, { decision, id: "r-1", scopes: ALL })).toEqual({
        ok: false,
        error: "choose",
        event: "consent.choose",
        offending: [],
      });
    },
  );

  it.each([["ALL"], [["all"]], ["preset"], [undefined]])(
    "%j is none, and denies the request",
    (decision) => {
      const outcome = resolveConsent(policy, facts, { decision, id: "r-1" });
      expect(outcome).toMatchObject({ ok: false, error: "access_denied" });
    },
  );

  it("belongs to its request: another identifier makes it stale", () => {
    const outcome = resolveConsent(policy, facts, { decision: "all", id: "r-2" });
    expect(outcome).toMatchObject({ ok: false, error: "stale" });
  });
});
