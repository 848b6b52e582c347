import { definePolicy, type PolicyDefinition } from "scope-policy";

const AREAS = [
  "orders",
  "customers",
  "products",
  "invoices",
  "shipments",
  "discounts",
  "reports",
  "reviews",
  "returns",
  "suppliers",
  "warehouses",
  "tickets",
  "webhooks",
  "users",
] as const;

/** Actions on an area, each with a title and with what a scope of it opens. */
const ACTIONS = [
  ["read", "See", (area: string) => `See ${area}, with their notes and their history`],
  ["write", "Add and change", (area: string) => `Add and change ${area}, also many at once`],
  ["delete", "Delete", (area: string) => `Delete ${area} for good`],
] as const;

const OPERATIONS = { read: ["list", "get"], write: ["create", "update"], delete: ["delete"] };

/** What differs between two policies of 42 scopes. */
export interface LongPolicy {
  /** Number of areas in a group; three scopes belong to each area. */
  readonly areasInGroup: number;
  /** Whether scopes have a title in addition to their description. Default: `false`. */
  readonly titled?: boolean;
  /** Whether the scopes of the first five areas that delete have a warning. Default: `false`. */
  readonly warned?: boolean;
}

/** Returns the name of a group: its first three areas. */
const groupOf = (first: number, count: number) =>
  AREAS.slice(first, first + Math.min(count, 3)).join(", ");

/** Returns a policy of 42 scopes in 14 areas, with tools, bundles and what no scope covers. */
export function longPolicy({ areasInGroup, titled = false, warned = false }: LongPolicy) {
  const scopes = AREAS.flatMap((area, at) =>
    ACTIONS.map(([action, verb, describe]) => {
      const options = {
        description: describe(area),
        group: groupOf(at - (at % areasInGroup), areasInGroup),
        ...(titled && { title: `${verb} ${area}` }),
        ...(warned && at < 5 && action === "delete" && { warning: "nothing brings them back" }),
      };
      return [`${area}:${action}`, options] as const;
    }),
  );
  const tools = AREAS.flatMap((area) =>
    ACTIONS.flatMap(([action]) =>
      OPERATIONS[action].map((verb) => [`${verb}_${area}`, `${area}:${action}`] as const),
    ),
  );
  const definition: PolicyDefinition = {
    name: "Warehouse",
    version: "1",
    language: "en",
    scopes: Object.fromEntries(scopes),
    bundles: { "read-only": AREAS.map((area) => `${area}:read`) },
    tools: Object.fromEntries(tools),
    notCovered: ["Paying out money", "Closing the account"],
  };
  return definePolicy(definition);
}
