import { definePolicy } from "scope-policy";

export const policy = definePolicy({
  name: "School",
  version: "7",
  defaultScopes: ["openid"],
  scopes: {
    openid: { description: "Who you are", required: true },
    "courses:read": { default: "on" },
    "courses:write": {},
    "students:read": { replaces: ["members:read"] },
    "admin:all": { reserved: true },
    "/accounts/{accountID}/profile.write": {},
    offline_access: {},
  },
});
