import fc from "fast-check";
import {
  type ConsentFacts,
  type ConsentOptions,
  type ConsentSelection,
  consentScreen,
  definePolicy,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { client, factsOf, rowsOf, scopesOf } from "./facts.js";

const policy = definePolicy({
  name: "School",
  version: "7",
  tiers: ["free", "pro"],
  defaultScopes: ["openid"],
  scopes: {
    openid: { description: "Who you are", required: true },
    "courses:read": "Read your courses",
    "courses:write": { description: "Change courses", implies: ["courses:read"] },
    "courses:publish": { default: "off", warning: "makes the course public" },
    "reports:export": { description: "Export", tier: "pro" },
    "students:read": { description: "Your students", replaces: ["members:read"] },
    "admin:all": { description: "Everything", reserved: true },
    "/accounts/{accountID}/profile.write": { description: "Change a profile" },
  },
});

const three = "openid courses:read courses:publish";
const approve = (...scopes: readonly string[]): ConsentSelection => ({
  decision: "approve",
  scopes,
});

describe("resolveConsent", () => {
  const cases: readonly {
    readonly title: string;
    readonly facts?: Partial<ConsentFacts>;
    readonly options?: ConsentOptions;
    readonly selection: ConsentSelection;
    readonly expected: object;
  }[] = [
    {
      title: "grants everything without a change if every box is checked",
      selection: approve("courses:read", "courses:publish", "openid"),
      expected: { ok: true, scope: three, changed: false, refused: [] },
    },
    {
      title: "grants a part together with the required scopes, which browsers do not post",
      selection: approve("courses:read"),
      expected: {
        ok: true,
        scope: "openid courses:read",
        changed: true,
        refused: [{ scope: "courses:publish", until: 1_000 + 180 * 86_400 }],
      },
    },
    {
      title: "accepts one string for one box, as a form posts it",
      selection: { decision: "approve", scopes: "courses:read" },
      expected: { ok: true, scope: "openid courses:read" },
    },
    {
      title: "accepts one string with several scopes",
      selection: { decision: "approve", scopes: "courses:publish courses:read" },
      expected: { ok: true, scope: three },
    },
    {
      title: "grants nothing if no optional scope is chosen although some were offered",
      selection: approve("openid"),
      expected: { ok: false, error: "access_denied", event: "consent.denied" },
    },
    {
      title: "grants nothing if no box was posted",
      selection: { decision: "approve" },
      expected: { ok: false, error: "access_denied" },
    },
    {
      title: "grants the required scopes if nothing else was offered",
      facts: { requested: "openid" },
      selection: approve(),
      expected: { ok: true, scope: "openid", changed: false },
    },
    ...[null, "", []].map((scopes) => ({
      title: `grants the required scopes if nothing else was offered and ${JSON.stringify(scopes)} was posted`,
      facts: { requested: "openid" },
      selection: { decision: "approve", scopes },
      expected: { ok: true, scope: "openid", changed: false },
    })),
    {
      title: "grants nothing if the user denied",
      selection: { decision: "deny", scopes: ["courses:read"] },
      expected: { ok: false, error: "access_denied", event: "consent.denied" },
    },
    {
      title: "grants nothing if the decision is neither approve nor deny",
      selection: { decision: ["approve"], scopes: ["courses:read"] },
      expected: { ok: false, error: "access_denied" },
    },
    {
      title: "grants nothing if one posted scope was not offered",
      selection: approve("courses:read", "courses:write"),
      expected: {
        ok: false,
        error: "invalid_selection",
        event: "consent.tampered",
        offending: ["courses:write"],
      },
    },
    {
      title: "grants nothing if a reserved scope was posted",
      facts: { requested: `${three} admin:all` },
      selection: approve("courses:read", "admin:all"),
      expected: { ok: false, error: "invalid_selection", offending: ["admin:all"] },
    },
    {
      title: "grants nothing if a posted scope is not a string or contains a line break",
      selection: { decision: "approve", scopes: ["courses:read", 7, "a\nb"] },
      expected: { ok: false, error: "invalid_selection", offending: ["(number)", "a\\u{a}b"] },
    },
    {
      title: "grants nothing if a locked box was posted as checked",
      facts: { requested: "openid reports:export courses:read" },
      options: { tierLocked: "locked" },
      selection: approve("courses:read", "reports:export"),
      expected: { ok: false, error: "invalid_selection", offending: ["reports:export"] },
    },
    {
      title: "grants a scope above the tier, which has no effect yet",
      facts: { requested: "reports:export", account: { tier: "free" } },
      selection: approve("reports:export"),
      expected: { ok: true, scope: "reports:export" },
    },
    {
      title: "grants an older name under its current name, which is a change",
      facts: { requested: "members:read" },
      selection: approve("students:read"),
      expected: { ok: true, scope: "students:read", changed: true },
    },
    {
      title: "grants the defaults for a request without scope, which is a change",
      facts: { requested: undefined },
      selection: approve(),
      expected: { ok: true, scope: "openid", changed: true },
    },
    {
      title: "grants nothing for a malformed request",
      facts: { requested: "openid\u0000" },
      selection: approve("openid"),
      expected: { ok: false, error: "invalid_scope", event: "consent.invalid" },
    },
    {
      title: "grants less than before, and lists what must be revoked",
      facts: { granted: "courses:read courses:write courses:publish" },
      selection: approve("courses:publish"),
      expected: {
        ok: true,
        scope: "openid courses:publish",
        added: ["openid"],
        // a token with `courses:write` would still allow reading
        removed: ["courses:read", "courses:write"],
      },
    },
    {
      title: "grants nothing for a selection with the id of another request",
      facts: { id: "r-1" },
      selection: { ...approve("courses:read"), id: "r-2" },
      expected: { ok: false, error: "stale", event: "consent.stale" },
    },
    {
      title: "grants nothing for a selection without the id of the request",
      facts: { id: "r-1" },
      selection: approve("courses:read"),
      expected: { ok: false, error: "stale", event: "consent.stale" },
    },
    {
      title: "grants nothing for a request that was used already",
      facts: { id: "r-1", used: true },
      selection: { ...approve("courses:read"), id: "r-1" },
      expected: { ok: false, error: "stale" },
    },
    {
      title: "grants nothing for a page of another policy version",
      selection: { ...approve("courses:read"), policyVersion: "6" },
      expected: { ok: false, error: "stale" },
    },
    {
      title: "grants what was chosen on the page of this request and policy version",
      facts: { id: "r-1" },
      selection: { ...approve("courses:read"), id: "r-1", policyVersion: "7" },
      expected: { ok: true, scope: "openid courses:read" },
    },
  ];

  it.each(titled(cases))("%s", (_title, { facts, options, selection, expected }) => {
    const all = factsOf({ requested: three, ...facts });
    expect(resolveConsent(policy, all, selection, options)).toMatchObject(expected);
  });

  it("returns a receipt with the texts that were shown and the boxes that were checked in advance", () => {
    const facts = factsOf({
      requested: three,
      user: { label: "ana", sub: "user-1" },
      locale: "de",
    });
    const outcome = resolveConsent(policy, facts, approve("courses:publish"));
    expect(outcome).toMatchObject({
      receipt: {
        time: 1_000,
        policy: { name: "School", version: "7" },
        client_id: "app-1",
        sub: "user-1",
        locale: "de",
        scopes: [
          { scope: "openid", description: "Who you are", prechecked: true },
          { scope: "courses:publish", title: "Courses: publish", prechecked: false },
        ],
      },
    });
  });

  it("remembers refusals for `rememberRefusals` seconds by the clock of the runtime if the facts have no time", () => {
    const before = Math.floor(Date.now() / 1_000);
    const outcome = resolveConsent(policy, { client, requested: three }, approve("courses:read"), {
      rememberRefusals: 60,
    });
    const [refusal] = outcome.ok ? outcome.refused : [];
    expect(refusal?.until).toBeGreaterThanOrEqual(before + 60);
    expect(refusal?.until).toBeLessThanOrEqual(before + 120);
  });
});

describe("for any request and any selection", () => {
  const names = [
    "openid",
    "courses:read",
    "courses:write",
    "courses:publish",
    "reports:export",
    "students:read",
    "members:read",
    "admin:all",
    "/accounts/a/profile.write",
    "/accounts/b/profile.write",
    "/accounts/{accountID}/profile.write",
    "nope:x",
    "a b",
    "",
  ];
  // the last two are not scope tokens, and make each list that contains them malformed
  const tokens = fc.oneof(
    { weight: 5, arbitrary: fc.subarray(names.slice(0, -2)) },
    { weight: 1, arbitrary: fc.subarray(names) },
  );
  const facts: fc.Arbitrary<ConsentFacts> = fc.record({
    client: fc.constantFrom(client, { ...client, scope: "openid courses:read courses:write" }),
    requested: fc.oneof(
      tokens,
      tokens.map((list) => list.join(" ")),
      fc.constant(undefined),
    ),
    granted: tokens,
    refused: tokens.map((list) => list.map((scope) => ({ scope }))),
    account: fc.constantFrom(
      {},
      { tier: "pro", resources: { accountID: { a: "Ana" } } },
      { tier: "free", resources: { accountID: { a: "Ana", b: "Ben" } } },
    ),
    now: fc.constant(1_000),
  });
  const options: fc.Arbitrary<ConsentOptions> = fc.record({
    whenNoScope: fc.constantFrom("defaults", "catalogue", "fail"),
    prechecked: fc.constantFrom("policy", "never"),
    tierLocked: fc.constantFrom("selectable", "locked"),
    ineligible: fc.constantFrom("drop", "refuse"),
  });
  /** Some of the boxes that are shown, or any value. */
  const posted = fc.oneof(
    { weight: 4, arbitrary: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }) },
    { weight: 1, arbitrary: tokens },
    { weight: 1, arbitrary: fc.anything() },
  );

  it("each granted scope was shown, occurs once, and comes with all required and no reserved scopes", () => {
    const granted = tally("a selection that grants something", 101);
    runOften([granted], () =>
      fc.assert(
        fc.property(facts, options, posted, (facts, options, drawn) => {
          const screen = consentScreen(policy, facts, options);
          const isMask = Array.isArray(drawn) && drawn.length === 8;
          const scopes = isMask ? scopesOf(screen).filter((_, at) => drawn[at] === true) : drawn;
          const outcome = resolveConsent(policy, facts, { decision: "approve", scopes }, options);
          if (!outcome.ok) return;
          granted.count += 1;
          const shown = scopesOf(screen);
          expect(shown).toEqual(expect.arrayContaining([...outcome.scopes]));
          expect(new Set(outcome.scopes).size).toBe(outcome.scopes.length);
          expect(outcome.scopes).not.toContain("admin:all");
          expect(outcome.scope).toBe(outcome.scopes.join(" "));
          for (const row of rowsOf(screen)) {
            if (row.state === "required") expect(outcome.scopes).toContain(row.scope);
          }
          const isShown = (scope: unknown) => shown.includes(scope as string);
          expect(
            [scopes]
              .flat()
              .every(
                (scope) => isShown(scope) || scope === undefined || scope === null || scope === "",
              ),
          ).toBe(true);
        }),
        { numRuns: 500 },
      ),
    );
  });

  it("each scope on the screen was requested, and none is unknown or reserved", () => {
    const known = new Set(names.slice(0, -2).filter((name) => name !== "nope:x"));
    fc.assert(
      fc.property(facts, options, (facts, options) => {
        const shown = scopesOf(consentScreen(policy, facts, options));
        const asked = [facts.requested ?? []].flat().flatMap((text) => text.split(" "));
        for (const scope of shown) {
          expect(known).toContain(scope);
          expect(scope).not.toMatch(/^(admin:all|members:read)$|[{}]/);
          const older = scope === "students:read" ? ["members:read"] : [];
          const isBare = asked.every((text) => text === "");
          expect(isBare || [scope, ...older].some((one) => asked.includes(one))).toBe(true);
        }
      }),
    );
  });

  it("the result reports changes, additions and removals, and is the same a second time", () => {
    const nowOf = (list: readonly string[]) =>
      list.map((name) => (name === "members:read" ? "students:read" : name));
    const taken = tally("a scope that is removed", 21);
    runOften([taken], () =>
      fc.assert(
        fc.property(facts, options, posted, (facts, options, drawn) => {
          const shown = scopesOf(consentScreen(policy, facts, options));
          const isMask = Array.isArray(drawn) && drawn.length === 8;
          const scopes = isMask ? shown.filter((_, at) => drawn[at] === true) : drawn;
          const selection = { decision: "approve", scopes };
          const outcome = resolveConsent(policy, facts, selection, options);
          expect(resolveConsent(policy, facts, selection, options)).toEqual(outcome);
          if (!outcome.ok) return;
          const asked = [facts.requested ?? []].flat().flatMap((text) => text.split(" "));
          const isSame =
            new Set(asked).size === outcome.scopes.length &&
            outcome.scopes.every((scope) => asked.includes(scope));
          expect(outcome.changed).toBe(!isSame);
          const granted = [facts.granted ?? []].flat();
          const isMalformed = granted.some((token) => token === "" || /[ {]/.test(token));
          const before = isMalformed ? [] : granted;
          const covered = policy.expand(before);
          expect(outcome.added).toEqual(outcome.scopes.filter((scope) => !covered.includes(scope)));
          const isBare = asked.every((token) => token === "");
          const named = (isBare ? shown : nowOf(asked)).filter((scope) => scope !== "admin:all");
          const gone = before.filter((token) =>
            policy
              .expand(token)
              .some((scope) => named.includes(scope) && !policy.covers(outcome.scope, scope)),
          );
          // one scope under both of its names is removed under both
          expect([...outcome.removed].sort()).toEqual([...gone].sort());
          taken.count += outcome.removed.length;
        }),
        { numRuns: 500 },
      ),
    );
  });

  it("the order and repetition of posted scopes do not matter", () => {
    fc.assert(
      fc.property(facts, options, tokens, (facts, options, scopes) => {
        const one = resolveConsent(policy, facts, { decision: "approve", scopes }, options);
        const twice = [...scopes, ...scopes].reverse();
        const other = resolveConsent(
          policy,
          facts,
          { decision: "approve", scopes: twice },
          options,
        );
        const setOf = (outcome: typeof one) =>
          outcome.ok ? outcome.scope : [outcome.error, [...outcome.offending].sort()];
        expect(setOf(other)).toEqual(setOf(one));
      }),
    );
  });

  it("an unchanged page grants what it checks in advance", () => {
    fc.assert(
      fc.property(facts, options, (facts, options) => {
        const rows = rowsOf(consentScreen(policy, facts, options));
        const checked = rows.filter((row) => row.checked && !row.locked).map((row) => row.scope);
        const outcome = resolveConsent(
          policy,
          facts,
          { decision: "approve", scopes: checked },
          options,
        );
        if (checked.length === 0) return;
        const expected = rows.filter((row) => row.checked).map((row) => row.scope);
        expect(outcome.ok && new Set(outcome.scopes)).toEqual(new Set(expected));
      }),
    );
  });

  it("one scope that was not offered grants nothing", () => {
    fc.assert(
      fc.property(facts, options, tokens, (facts, options, scopes) => {
        const outcome = resolveConsent(
          policy,
          facts,
          { decision: "approve", scopes: [...scopes, "evil:scope"] },
          options,
        );
        expect(outcome.ok).toBe(false);
      }),
    );
  });

  it("no posted value makes resolveConsent throw", () => {
    const anything = fc.record({
      decision: fc.oneof(fc.constant("approve"), fc.anything()),
      scopes: fc.anything(),
      id: fc.anything(),
      policyVersion: fc.oneof(fc.constant(undefined), fc.anything()),
    });
    fc.assert(
      fc.property(facts, anything, (facts, selection) => {
        expect(typeof resolveConsent(policy, facts, selection).ok).toBe("boolean");
      }),
    );
  });
});
