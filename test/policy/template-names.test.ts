import { expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { createTemplateNames } from "../../src/policy/template-names.js";

it("returns the names with placeholders of a scope, older ones included, and none for a plain scope", () => {
  const compiled = compilePolicy({
    name: "Accounts",
    version: "1",
    scopes: {
      "accounts:list": "List accounts",
      "/accounts/{accountID}/read": {
        description: "Read an account",
        replaces: ["/old/{accountID}"],
      },
    },
  });
  const namesOf = createTemplateNames(compiled);
  const names = compiled.scopes.map((scope) => [
    scope.name,
    namesOf(scope).map(({ template, values }) => [template.names.length, values]),
  ]);
  expect(names).toEqual([
    ["accounts:list", []],
    [
      "/accounts/{accountID}/read",
      [
        [1, [0]],
        [1, [0]],
      ],
    ],
  ]);
});
