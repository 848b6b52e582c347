import { AccessDenied } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as localisation } from "../../examples/localisation/policy.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as moov } from "../../examples/moov/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { titleOf, tokenOf } from "./case.js";
import { localisationCases, localisationRequests } from "./localisation-cases.js";
import { loopwiseCases } from "./loopwise-cases.js";
import { moovCases, moovRequests } from "./moov-cases.js";
import { movementorsCases } from "./movementors-cases.js";

const providers = [
  { name: "loopwise", policy: loopwise, cases: loopwiseCases, requests: [] },
  { name: "movementors", policy: movementors, cases: movementorsCases, requests: [] },
  { name: "moov", policy: moov, cases: moovCases, requests: moovRequests },
  {
    name: "localisation",
    policy: localisation,
    cases: localisationCases,
    requests: localisationRequests,
  },
];

describe.each(providers.map((provider) => [provider.name, provider] as const))(
  "the policy of %s",
  (_, provider) => {
    const { policy, cases, requests } = provider;
    const calls = cases.map(([held, call, expected, params]) => ({
      title: titleOf(held, call, expected, params),
      decide: () => policy.decideUntrusted(tokenOf(held), call, params),
      expected,
    }));
    const arrivals = requests.map(([held, method, path, expected, params]) => ({
      title: titleOf(held, `request ${method} ${path}`, expected, params),
      decide: () =>
        policy.decideRequest(tokenOf(held), {
          method,
          path,
          ...(params === undefined ? {} : { params }),
        }),
      expected,
    }));

    it("has a table of at least 25 different cases", () => {
      const titles = [...calls, ...arrivals].map(({ title }) => title);
      expect(titles.length).toBeGreaterThanOrEqual(25);
      expect(new Set(titles).size).toBe(titles.length);
    });

    it.each([...calls, ...arrivals].map((row) => [row.title, row] as const))(
      "decides %s",
      (_title, row) => {
        const { decide, expected } = row;
        const decision = decide();
        expect(decision).toMatchObject(expected);
        expect(decision.allowed).toBe(expected.code === "allowed");
      },
    );
  },
);

/** Returns the `AccessDenied` that a call throws; `undefined` if it does not throw. */
function catchDenial(call: () => unknown): AccessDenied | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof AccessDenied) return error;
    throw error;
  }
  return undefined;
}

describe("the example policies", () => {
  it("return upgrade_required for a free account that granted write:classes", () => {
    const token = { scope: "write:classes mcp:tools", tier: "free" };
    const decision = movementors.decide(token, "update_class");
    expect(decision.code).toBe("upgrade_required");
    expect(decision.allowed ? "" : decision.message).toContain("upgrade required");
  });

  it("return the token from authorize, and undefined for a public tool without a token", () => {
    const token = { scope: "read:bookings mcp:tools" };
    expect(movementors.authorize(token, "list_bookings")).toBe(token);
    expect(movementors.authorize(undefined, "search_directory")).toBeUndefined();
    const refused = catchDenial(() => movementors.authorize(token, "delete_account"));
    expect(refused?.decision.code).toBe("denied");
  });

  it("list the tools that a token can call, after consent or with a higher tier, but not the denied ones", () => {
    const token = { scope: "read:bookings mcp:tools", tier: "free", account_type: "mentor" };
    const views = movementors.toolsFor(token);
    const codes = new Map(views.map(({ name, decision }) => [name, decision.code]));
    expect(codes.get("list_bookings")).toBe("allowed");
    expect(codes.get("list_classes")).toBe("insufficient_scope");
    expect(codes.get("update_class")).toBe("upgrade_required");
    expect(codes.get("search_directory")).toBe("allowed");
    expect(codes.has("get_studio_profile")).toBe(false);
    expect(codes.has("delete_account")).toBe(false);
    expect(views.map(({ name }) => name)).toEqual(
      Object.keys(movementors.definition.tools ?? {}).filter((name) => codes.has(name)),
    );
  });

  it("allow each Loopwise tool with the scope that the page names, and none with openid", () => {
    for (const [tool, rule] of Object.entries(loopwise.definition.tools ?? {})) {
      const scopes =
        typeof rule === "string"
          ? [rule]
          : (rule.anyOf ?? []).filter((scope) => typeof scope === "string");
      expect(scopes.length).toBeGreaterThan(0);
      for (const scope of scopes) {
        expect(loopwise.decideUntrusted({ scope }, tool).code).toBe("allowed");
      }
      expect(loopwise.decideUntrusted({ scope: "openid" }, tool)).toMatchObject({
        code: "insufficient_scope",
        missing: [scopes[0]],
      });
    }
  });
});
