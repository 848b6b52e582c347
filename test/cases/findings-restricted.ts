import type { FindingCase } from "./finding-case.js";

/** Mistakes with `restricted`, which would give a restricted scope to a client that is not approved. */
export const RESTRICTED_FINDINGS: readonly FindingCase[] = [
  {
    title: "a restricted scope implied by one that is not",
    policy: {
      scopes: {
        open: { implies: ["sync"] },
        kept: { reserved: true, implies: ["sync"] },
        all: { restricted: true, implies: ["sync", "open"] },
        sync: { restricted: true },
      },
    },
    finds: [
      [
        "implied_restricted",
        "scopes.open.implies[0]",
        "only a restricted scope may imply a restricted one",
      ],
      ["implied_restricted", "scopes.kept.implies[0]", "only a restricted scope"],
    ],
  },
  {
    title: "a reserved scope implied by a restricted one",
    policy: { scopes: { a: { restricted: true, implies: ["b"] }, b: { reserved: true } } },
    finds: [["implied_reserved", "scopes.a.implies[0]", "only a reserved scope"]],
  },
  {
    title: "an older name that a restricted scope shares with one that is not",
    policy: {
      scopes: {
        open: { replaces: ["mine"] },
        "/open/{id}": { replaces: ["/older/{id}", "/old/<id>"] },
        "/close/{key}": { replaces: ["/old/{key}"] },
        "/sync/{id}": { restricted: true, replaces: ["/old/{id}"] },
        "/push/{id}": { restricted: true, replaces: ["/old/{id}"] },
      },
    },
    finds: [
      [
        "replaced_restricted",
        'scopes["/open/{id}"].replaces[1]',
        "`/old/<id>` is an older name of the restricted scope `/push/{id}`",
      ],
      [
        "replaced_restricted",
        'scopes["/close/{key}"].replaces[0]',
        "`/old/{key}` is an older name of the restricted scope `/push/{id}`",
      ],
    ],
  },
  {
    title: "a restricted scope that every client would get",
    policy: {
      scopes: {
        on: { restricted: true, default: "on" },
        off: { restricted: true, default: "off" },
        must: { restricted: true, required: true },
        may: { restricted: true, required: false },
        listed: { restricted: true },
      },
      baseline: ["listed"],
      defaultScopes: ["listed"],
      bundles: { partner: ["listed"], all: { every: true, except: ["off"] } },
    },
    finds: [
      ["restricted_default", "scopes.on.default", "it cannot be on by default"],
      ["restricted_required", "scopes.must.required", "it cannot be required"],
      ["restricted_required", "baseline[0]", "`listed` is restricted"],
      ["restricted_default", "defaultScopes[0]", "`listed` is restricted"],
    ],
  },
  {
    title: "a list of clients in the place of `restricted`, a text, and a misspelt option",
    policy: {
      scopes: {
        clients: { restricted: ["app-1"] },
        text: { restricted: "yes" },
        slip: { restriced: true },
      },
    },
    finds: [
      [
        "invalid_type",
        "scopes.clients.restricted",
        "expected true or false, got a list: write `restricted: true`, and name the scope in `approvedScopes` of each approved client",
      ],
      ["invalid_type", "scopes.text.restricted", "expected true or false, got `yes`"],
      ["unknown_key", "scopes.slip.restriced", "unknown option `restriced`", "restricted"],
    ],
  },
];
