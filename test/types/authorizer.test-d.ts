import { describe, expectTypeOf, test } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { definePolicy, loadPolicy, type Policy } from "../../src/decision/define-policy.js";
import { createAuthorizer } from "../../src/resource-server/authorizer.js";
import type {
  Admission,
  Authorizer,
  AuthorizerDecision,
  AuthorizerResult,
} from "../../src/resource-server/authorizer-types.js";
import type { Verify } from "../../src/resource-server/token-verifier.js";

declare const verify: Verify;
declare const rawToken: string | undefined;
declare const anyName: string;
declare function use(value: unknown): void;

const policy = definePolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "/accounts/{accountID}/": {} },
  tools: {
    list_courses: "courses:read",
    read_account: { scope: "/accounts/{accountID}/", params: { accountID: "account" } },
    search: { public: true, enrichedBy: "courses:read" },
    "get_*": "courses:read",
  },
  endpoints: { "GET /accounts/{accountID}": "/accounts/{accountID}/" },
});
const authorizer = createAuthorizer({ policy, verify });

describe("an authorizer", () => {
  test("accepts only the names of its policy", () => {
    use(authorizer.decide(rawToken, "list_courses"));
    use(authorizer.decide(rawToken, "get_course"));
    // @ts-expect-error no such tool
    use(authorizer.decide(rawToken, "list_course"));
    // @ts-expect-error no such tool
    use(authorizer.authorize(rawToken, "list_course"));
    // @ts-expect-error a string may not be the name of an operation
    use(authorizer.decide(rawToken, anyName));
    // @ts-expect-error the tool is missing
    use(authorizer.decide(rawToken));
  });

  test("requires the parameters of an operation", () => {
    use(authorizer.decide(rawToken, "read_account", { account: "a" }));
    use(authorizer.decide(rawToken, "GET /accounts/{accountID}", { accountID: "a" }));
    // @ts-expect-error the parameters are missing
    use(authorizer.decide(rawToken, "read_account"));
    // @ts-expect-error the parameter has another name
    use(authorizer.decide(rawToken, "read_account", { accountID: "a" }));
    // @ts-expect-error a value must be a string
    use(authorizer.authorize(rawToken, "read_account", { account: 7 }));
  });

  test("accepts a raw token, not claims", () => {
    // @ts-expect-error verified claims are its output, not its input
    use(authorizer.decide({ scope: "courses:read" }, "list_courses"));
    // @ts-expect-error `undefined` means no credentials, and `null` is not accepted
    use(authorizer.decide(null, "list_courses"));
  });

  test("returns a token, which may be undefined only for a public operation", () => {
    expectTypeOf(
      authorizer.authorize(rawToken, "list_courses"),
    ).resolves.toEqualTypeOf<AccessToken>();
    expectTypeOf(authorizer.authorize(rawToken, "search")).resolves.toEqualTypeOf<
      AccessToken | undefined
    >();
    expectTypeOf(authorizer.decide(rawToken, "search")).resolves.toEqualTypeOf<AuthorizerResult>();
  });

  test("is assignable to the authorizer of any policy, and accepts any name for a loaded policy", () => {
    const loaded = createAuthorizer({ policy: loadPolicy("{}"), verify });
    use(loaded.decide(rawToken, anyName, { any: "thing" }));
    expectTypeOf(loaded.policy).toEqualTypeOf<Policy>();
    expectTypeOf(loaded).toEqualTypeOf<Authorizer>();
    const call = { authorization: undefined, operation: anyName };
    expectTypeOf(authorizer.admit(call)).toEqualTypeOf<Admission | Promise<Admission>>();
  });

  test("narrows a decision by its code", () => {
    const check = ({ decision }: AuthorizerResult) => {
      expectTypeOf(decision).toEqualTypeOf<AuthorizerDecision>();
      if (decision.code === "insufficient_scope") {
        expectTypeOf(decision.missing).toEqualTypeOf<readonly string[]>();
      }
      // an allowed call has no denial response
      // @ts-expect-error the decision may be `allowed`
      use(authorizer.answer(decision));
      if (!decision.allowed)
        expectTypeOf(authorizer.answer(decision).status).toEqualTypeOf<number>();
    };
    use(check);
  });

  test("accepts only known options of the right type", () => {
    // without a verifier, a gate reads claims that the server has verified already
    use(createAuthorizer({ policy }));
    // @ts-expect-error no policy
    use(createAuthorizer({ verify }));
    // @ts-expect-error misspelt
    use(createAuthorizer({ policy, verify, isRevokd: () => false }));
    // @ts-expect-error one of two
    use(createAuthorizer({ policy, verify, upgradeStatus: 401 }));
    // @ts-expect-error one of three
    use(createAuthorizer({ policy, verify, challenge: "all" }));
    // @ts-expect-error `isRevoked` returns true or false
    use(createAuthorizer({ policy, verify, isRevoked: () => undefined }));
    // @ts-expect-error a tier must be a string
    use(createAuthorizer({ policy, verify, subject: () => ({ tier: 1 }) }));
    // @ts-expect-error a misspelt claim
    use(createAuthorizer({ policy, verify, trustClaims: ["teir"] }));
    use(createAuthorizer({ policy, verify, trustClaims: ["tier", "entitlements"] }));
    // @ts-expect-error a look-alike
    use(createAuthorizer({ policy: { name: "Courses", version: "1" }, verify }));
    use(createAuthorizer({ policy, verify, subject: async () => undefined }));
    use(createAuthorizer({ policy, verify, isRevoked: async () => false }));
  });
});
