import { type ConsentFacts, consentScreen } from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { policy } from "../../examples/movementors/policy.js";
import { MESSAGES } from "../../src/consent/messages.js";

const BUNDLES = Object.keys(policy.definition.bundles ?? {});
const REQUESTED = "read:profile read:bookings write:bookings mcp:tools";

/** What a server may know about the baseline from earlier consents. */
const histories: readonly (readonly [title: string, facts: Partial<ConsentFacts>])[] = [
  ["at the first request", {}],
  [
    "after it was granted",
    { granted: "read:profile mcp:tools", grantedPolicyVersion: policy.version },
  ],
  ["after an older version stored it as refused", { refused: [{ scope: "mcp:tools" }] }],
];

/** Returns the HTML of a scope's row on a page. */
function rowOf(html: string, scope: string): string {
  const rows = html.split('<div class="row">');
  return rows.find((row) => row.includes(`value="${scope}"`)) ?? "";
}

describe.each([...MESSAGES.keys()])("the row of a baseline scope in %s", (locale) => {
  const words = MESSAGES.get(locale);
  const why = `${words?.baselineWhy}</p>`;

  it.each(histories)(
    "is checked in every bundle and shows that nothing works without it %s",
    (_, facts) => {
      const client = { client_id: "c-1", redirect_uri: "https://app.example/cb" };
      const screen = consentScreen(policy, { client, requested: REQUESTED, locale, ...facts });
      expect(screen.locale).toBe(locale);
      for (const preset of [undefined, ...BUNDLES]) {
        const html = renderConsent(screen, {
          action: "/consent",
          csrf: "x",
          ...(preset !== undefined && { preset }),
        });
        const row = rowOf(html, "mcp:tools");
        expect(row).toMatch(
          /^<input type="checkbox" id="[^"]+" name="scopes" value="mcp:tools" checked /,
        );
        expect(row).toContain(why);
        expect(row).not.toContain(`${words?.refusedBefore}</p>`);
        expect(rowOf(html, "write:bookings")).not.toContain(why);
      }
    },
  );
});

it("each language has its own text for the row of a baseline scope", () => {
  const all = [...MESSAGES.values()].map(({ baselineWhy }) => baselineWhy);
  expect(new Set(all).size).toBe(MESSAGES.size);
  expect(MESSAGES.size).toBe(5);
});
