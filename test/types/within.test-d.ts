// The names of parameters in `within` are inferred beside names in `params`, which have a type parameter of their own.

import { definePolicy } from "scope-policy";
import { test } from "vitest";

const policy = definePolicy({
  name: "Hosting",
  version: "1",
  boundaries: { project: { claim: "projects" } },
  scopes: { "keys:read": "See keys", "/accounts/{accountID}": {} },
  tools: {
    list_keys: { scope: "keys:read", within: { project: "projectId" } },
    show_account: { scope: "/accounts/{accountID}", params: { accountID: "from" } },
    run: {
      cases: [{ when: { mode: "plan" }, scope: "keys:read" }],
      otherwise: { deny: "Give the mode." },
      within: { project: "projectId" },
    },
  },
});

test("a call needs the parameter that a boundary limits", () => {
  policy.decide({ scope: "" }, "list_keys", { projectId: "p1" });
  // @ts-expect-error the parameter is missing
  policy.decide({ scope: "" }, "list_keys", {});
  // @ts-expect-error the parameter of another tool
  policy.decide({ scope: "" }, "list_keys", { from: "p1" });
  policy.decide({ scope: "" }, "run", { projectId: "p1", mode: "plan" });
  // @ts-expect-error the parameter is missing
  policy.decide({ scope: "" }, "run", { mode: "plan" });
});
