import { describe, expectTypeOf, test } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { definePolicy } from "../../src/decision/define-policy.js";
import { authorizationServerMetadata } from "../../src/discovery/authorization-server-metadata.js";
import { clientRegistration } from "../../src/discovery/client-registration.js";
import type { RefreshOptions } from "../../src/discovery/refresh-scope.js";
import type { ConsentClient } from "../../src/policy/client.js";
import type { SubjectFacts } from "../../src/resource-server/token-verifier.js";

// The restricted scopes of a client come from a database, so their names are any text.

describe("a restricted scope", () => {
  const policy = definePolicy({
    name: "Shops",
    version: "1",
    scopes: {
      read: {},
      sync: { restricted: true },
      off: { restricted: false },
      text: {
        // @ts-expect-error true or false: a list of clients does not belong in a policy
        restricted: ["app-1"],
      },
      slip: {
        // @ts-expect-error an option is misspelt
        restriced: true,
      },
    },
    tools: { mirror: "sync" },
  });

  test("is a declared scope as any other", () => {
    expectTypeOf(policy.scopeNames).items.toEqualTypeOf<
      "read" | "sync" | "off" | "text" | "slip"
    >();
    policy.decide({ scope: "read", approvedScopes: ["sync"] }, "mirror");
    // @ts-expect-error a list, not a text
    policy.decide({ scope: "read", approvedScopes: "sync" }, "mirror");
  });

  test("is approved by lists of texts", () => {
    expectTypeOf<AccessToken["approvedScopes"]>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<SubjectFacts["approvedScopes"]>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<ConsentClient["approvedScopes"]>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<RefreshOptions["approvedScopes"]>().toEqualTypeOf<readonly string[] | undefined>();
    // @ts-expect-error a list, not a text
    clientRegistration(policy, {}, { approvedScopes: "sync" });
  });
});

test("scope descriptions are a switch", () => {
  const policy = definePolicy({ name: "Shops", version: "1", scopes: { read: "See shops" } });
  const document = authorizationServerMetadata(policy, {
    issuer: "https://as.example.com",
    scopeDescriptions: true,
  });
  expectTypeOf(document.scope_descriptions).toEqualTypeOf<
    Readonly<Record<string, string>> | undefined
  >();
  authorizationServerMetadata(policy, {
    issuer: "https://as.example.com",
    // @ts-expect-error true or false: the texts come from the policy
    scopeDescriptions: { read: "See shops" },
  });
});
