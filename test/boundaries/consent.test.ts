import {
  authorizationServerMetadata,
  type ConsentFacts,
  type ConsentOutcome,
  clientRegistration,
  connectedApp,
  consentScreen,
  loadPolicy,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { authorizationEvent, toEcs, toOpenTelemetryAttributes } from "scope-policy/audit";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { client, factsOf } from "../consent/facts.js";
import { HOSTILE } from "../model/hostile.js";
import { titled } from "../titled.js";
import { hosting } from "./hosting.js";

const boundaries = {
  project: { p1: "Project One", p2: "Project <Two>" },
  region: { eu: "Europe" },
};
const requested = "openid keys:read billing:read";
const facts = (more: Partial<ConsentFacts> = {}) =>
  factsOf({ requested, account: { boundaries }, grantedPolicyVersion: "1", ...more });
const select = (chosen: unknown, scopes: readonly string[] = ["keys:read", "openid"]) => ({
  decision: "approve",
  scopes,
  boundaries: chosen,
});
const resolve = (chosen: unknown, more: Partial<ConsentFacts> = {}, scopes?: readonly string[]) =>
  resolveConsent(hosting, facts(more), select(chosen, scopes));

describe("the consent screen", () => {
  it("offers the values of each boundary that the operations of an offered scope need", () => {
    expect(consentScreen(hosting, facts()).boundaries).toEqual([
      {
        name: "project",
        title: "Projects",
        lang: null,
        values: [
          {
            domId: "boundary-1-1",
            value: "p1",
            label: "Project One",
            checked: false,
            isNew: false,
          },
          {
            domId: "boundary-1-2",
            value: "p2",
            label: "Project <Two>",
            checked: false,
            isNew: false,
          },
        ],
      },
    ]);
    const names = (scope: string) =>
      consentScreen(hosting, facts({ requested: scope })).boundaries.map(({ name }) => name);
    expect(names("nodes:read")).toEqual(["region"]);
    expect(names("keys:write")).toEqual(["project", "region"]);
    expect(names("billing:read")).toEqual([]);
  });

  it("checks the values of the earlier grant, and the only value", () => {
    const checked = (more: Partial<ConsentFacts>, options = {}) =>
      consentScreen(hosting, facts(more), options).boundaries.flatMap(({ values }) =>
        values.flatMap((one) => (one.checked ? [one.value] : [])),
      );
    expect(checked({ grantedBoundaries: { project: ["p2", "p9"] } })).toEqual(["p2"]);
    const one = { account: { boundaries: { project: { p1: "One" } } } };
    expect(checked(one)).toEqual(["p1"]);
    expect(checked(one, { prechecked: "never" })).toEqual([]);
  });

  it("marks the values that the earlier grant does not have as new", () => {
    const marks = (project: readonly string[]) =>
      consentScreen(hosting, facts({ grantedBoundaries: { project } })).boundaries.flatMap(
        ({ values }) => values.map(({ value, isNew }) => [value, isNew]),
      );
    expect(marks(["p2"])).toEqual([
      ["p1", true],
      ["p2", false],
    ]);
    expect(marks([])).toEqual([
      ["p1", false],
      ["p2", false],
    ]);
  });

  it("has nothing new only if the earlier grant has every offered value", () => {
    const reason = (
      grantedBoundaries: ConsentFacts["grantedBoundaries"],
      account = { boundaries },
    ) => consentScreen(hosting, facts({ granted: requested, grantedBoundaries, account })).reason;
    expect(reason({ project: ["p1", "p2"] })).toBe("nothing_new");
    expect(reason({ project: ["p1"] })).toBe("new_boundaries");
    expect(reason(undefined)).toBe("new_boundaries");
    expect(reason({ project: ["p1"] }, {} as never)).toBe("new_boundaries");
    const granted = "billing:read";
    const screen = consentScreen(hosting, facts({ granted, requested: granted }));
    expect([screen.reason, screen.canSkip]).toEqual(["nothing_new", true]);
  });

  it("shows the value if nothing of its label can be shown", () => {
    const account = { boundaries: { project: { p1: "\u202e\u0000" } } };
    const [project] = consentScreen(hosting, facts({ account })).boundaries;
    expect(project?.values).toMatchObject([{ value: "p1", label: "p1" }]);
  });

  it("needs no value for operations of another account type, or for operations that only reserved scopes open", () => {
    const policy = loadPolicy({
      name: "Types",
      version: "1",
      accountTypes: ["mentor", "studio"],
      boundaries: { project: { claim: "projects" } },
      scopes: { read: {}, own: { reserved: true } },
      tools: {
        studio: { scope: "read", accountTypes: ["studio"], within: { project: "id" } },
        both: { allOf: ["read", "own"], within: { project: "id" } },
      },
    });
    const needed = (type: string, more: Partial<ConsentFacts> = {}) =>
      consentScreen(
        policy,
        factsOf({ requested: "read", account: { account_type: type, boundaries }, ...more }),
      ).boundaries.map(({ name }) => name);
    expect(needed("mentor")).toEqual([]);
    expect(needed("studio")).toEqual(["project"]);
  });

  it("needs a value for an operation that an offered scope opens together with the earlier grant", () => {
    const policy = loadPolicy({
      name: "Together",
      version: "1",
      boundaries: { project: { claim: "projects" } },
      scopes: { read: {}, write: {} },
      tools: { copy: { allOf: ["read", "write"], within: { project: "id" } } },
    });
    const needed = (granted: string) =>
      consentScreen(
        policy,
        factsOf({ requested: "read", granted, account: { boundaries } }),
      ).boundaries.map(({ name }) => name);
    expect(needed("read")).toEqual([]);
    expect(needed("write")).toEqual(["project"]);
  });

  it("reports facts that are not objects of labels", () => {
    for (const wrong of [["p1"], { project: ["p1"] }, { project: "p1" }])
      expect(() =>
        consentScreen(hosting, facts({ account: { boundaries: wrong as never } })),
      ).toThrow(/account\.boundaries/);
  });
});

describe("the consent page", () => {
  it("has a group of boxes for each boundary, whose labels are escaped", () => {
    const page = renderConsent(consentScreen(hosting, facts()), { action: "/consent", csrf: "x" });
    expect(page).toContain("<fieldset><legend><bdi>Projects</bdi></legend>");
    expect(page).toContain(
      '<input type="checkbox" id="boundary-1-1" name="boundaries" value="project=p1">',
    );
    expect(page).toContain('<label for="boundary-1-2"><bdi>Project &lt;Two&gt;</bdi></label>');
    expect(page).toContain("Choose at least one.");
  });

  it("explains a choice without values", () => {
    const screen = consentScreen(hosting, facts({ account: {} }));
    expect(renderConsent(screen, { action: "/consent", csrf: "x" })).toContain("You have none");
  });
});

const offendingOf = (outcome: ConsentOutcome) => (outcome.ok ? [] : outcome.offending);

const hostile = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error("no keys");
    },
  },
);

describe("a selection", () => {
  it.each([
    ["as an object of lists", { project: ["p1"] }],
    ["as an object of texts", { project: "p1" }],
    ["as fields of the form", ["project=p1"]],
    ["as one field of the form", "project=p1"],
  ])("is granted %s", (_title, chosen) => {
    expect(resolve(chosen)).toMatchObject({
      ok: true,
      scope: "openid keys:read",
      boundaries: { project: ["p1"] },
      removedBoundaries: {},
      receipt: {
        boundaries: [{ boundary: "project", value: "p1", label: "Project One", prechecked: false }],
      },
    });
  });

  it.each([undefined, null, "", [], {}, { project: [] }])(
    "denies access if it is %j and a granted scope needs a value",
    (chosen) => {
      expect(resolve(chosen)).toMatchObject({ ok: false, error: "access_denied" });
    },
  );

  it("needs no value if no granted scope needs one", () => {
    // with `openid`, the baseline, a token opens `my_project`
    const scopes = ["billing:read"];
    expect(resolve([], {}, scopes)).toMatchObject({ ok: true, boundaries: {} });
  });

  it("denies access to an account without values", () => {
    expect(resolve([], { account: {} })).toMatchObject({ ok: false, error: "access_denied" });
  });

  it("removes the values of the earlier grant that are not chosen again", () => {
    const more = { granted: requested, grantedBoundaries: { project: ["p1", "p9"] } };
    expect(resolve({ project: ["p2"] }, more)).toMatchObject({
      boundaries: { project: ["p2"] },
      removedBoundaries: { project: ["p1", "p9"] },
    });
  });

  const TAMPERED: readonly (readonly [title: string, chosen: unknown, offending: string])[] = [
    ["a value of another user", { project: ["p1", "p3"] }, "project=p3"],
    ["a value in other letter case", { project: ["P1"] }, "project=P1"],
    ["a boundary that is not offered", { project: ["p1"], region: ["eu"] }, "region=eu"],
    ["an unknown boundary", ["project=p1", "team=t"], "team=t"],
    ["a field without a boundary", ["project=p1", "p2"], "p2"],
    ["an inherited name", { project: ["p1"], toString: ["x"] }, "toString=x"],
    ["a number", { project: [1] }, "(number)"],
    ["an object in a list", [{ project: "p1" }], "(object)"],
    ["a number in place of an object", 7, "(number)"],
    ["a number in place of a list", { project: 7 }, "(number)"],
    ["a proxy without members", hostile, "(object)"],
    ["a value that a granted list has, but the account has not", { project: ["p9"] }, "project=p9"],
  ];
  it.each(titled(TAMPERED, ([title]) => title))(
    "is tampering with %s",
    (_title, [, chosen, shown]) => {
      const outcome = resolve(chosen, { grantedBoundaries: { project: ["p9"] } });
      expect(outcome).toMatchObject({
        ok: false,
        error: "invalid_selection",
        event: "consent.tampered",
      });
      expect(offendingOf(outcome)).toContain(shown);
    },
  );
});

describe("boundaries that cannot be read", () => {
  it.each([...HOSTILE.keys()])("grant nothing, and nothing is thrown: %s", (label) => {
    const outcome = resolve(HOSTILE.get(label));
    expect(outcome).toMatchObject({ ok: false });
  });
});

describe("a list of more than 65,536 posted values", () => {
  it("is read as far as that", () => {
    const many = Array.from({ length: 65_540 }, () => "project=p1");
    expect(resolve([...many, "project=p9"])).toMatchObject({ ok: true });
    expect(resolve([...many.slice(0, 65_535), "project=p9"])).toMatchObject({ ok: false });
  });
});

describe("discovery, registration and refresh", () => {
  it("do not depend on boundaries", () => {
    const document = authorizationServerMetadata(hosting, { issuer: "https://as.example.com" });
    expect(JSON.stringify(document)).not.toContain('project"');
    const scope = "keys:read nodes:read";
    expect(clientRegistration(hosting, { scope })).toMatchObject({ ok: true, metadata: { scope } });
    expect(refreshScope(hosting, scope, "keys:read")).toMatchObject({
      ok: true,
      scope: "keys:read",
    });
  });
});

describe("a connected app", () => {
  it("shows the values to which its access is limited", () => {
    const grant = {
      grantId: "g",
      client,
      scope: "keys:read",
      authorizedAt: 1,
      boundaries: { project: ["p1", "p9"], team: ["t"] },
    };
    expect(connectedApp(hosting, grant, { account: { boundaries } }).boundaries).toEqual([
      {
        name: "project",
        title: "Projects",
        values: [
          { value: "p1", label: "Project One" },
          { value: "p9", label: "p9" },
        ],
      },
    ]);
  });
});

describe("the audit event of a consent", () => {
  it("has the granted values, also for other log systems", () => {
    const event = authorizationEvent(hosting, {
      type: "consent",
      outcome: "success",
      scope: "keys:read",
      boundaries: { project: ["p1", "p2"], team: ["t"], region: 7 },
    });
    expect(event.boundaries).toEqual({ project: ["p1", "p2"] });
    expect(toOpenTelemetryAttributes(event)).toMatchObject({
      "scope_policy.authorization.boundaries": ["project=p1", "project=p2"],
    });
    expect(toEcs(event).scope_policy).toMatchObject({
      authorization: { boundaries: { project: ["p1", "p2"] } },
    });
  });

  it("has room for 2,048 characters of values, and counts the others", () => {
    const project = Array.from({ length: 1_000 }, (_, index) => `project-${index}`);
    const event = authorizationEvent(hosting, {
      type: "token",
      outcome: "success",
      boundaries: { project },
    });
    const { length = 0 } = event.boundaries?.["project"] ?? [];
    expect(length + (event.boundariesLeftOut ?? 0)).toBe(1_000);
    expect(JSON.stringify(event).length).toBeLessThan(4_096);
  });
});
