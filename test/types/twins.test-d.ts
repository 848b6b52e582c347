import { describe, expectTypeOf, test } from "vitest";
import { definePolicy, type ParamsOf, type ScopeOf } from "../../src/decision/define-policy.js";

// Templates that differ in placeholder names alone are one scope token, but two names with parameters of their own.

describe("two templates of one shape", () => {
  const policy = definePolicy({
    name: "Payments",
    version: "1",
    scopes: { "/accounts/{partnerID}/tickets": {}, "/accounts/{accountID}/tickets": {} },
    tools: {
      partner_tickets: "/accounts/{partnerID}/tickets",
      both: { allOf: ["/accounts/{partnerID}/tickets", "/accounts/{accountID}/tickets"] },
    },
  });
  type Payments = typeof policy;

  test("are two names, each with its own parameter", () => {
    expectTypeOf<ScopeOf<Payments>>().toEqualTypeOf<
      "/accounts/{partnerID}/tickets" | "/accounts/{accountID}/tickets"
    >();
    expectTypeOf<ParamsOf<Payments, "partner_tickets">>().toEqualTypeOf<{
      readonly partnerID: string;
    }>();
    expectTypeOf<ParamsOf<Payments, "both">>().toEqualTypeOf<{
      readonly partnerID: string;
      readonly accountID: string;
    }>();
    policy.decide({ scope: "" }, "partner_tickets", { partnerID: "a" });
    // @ts-expect-error the parameter of the other template
    policy.decide({ scope: "" }, "partner_tickets", { accountID: "a" });
  });
});
