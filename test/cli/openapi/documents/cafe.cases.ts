import type { DocumentCase } from "./document-case.js";

const EVERY = ["menu:read", "menu:write", "orders:read", "orders:write", "revenue:read"];

/** A document of 3.2: `query`, `additionalOperations`, the device flow, `$self`, webhooks, and an API key beside OAuth. */
export const CAFE: DocumentCase = {
  title: "the document of 3.2",
  file: "cafe.yaml",
  choice: {},
  // guessed: the alternative with an API key is left out; left: QUERY and COPY
  counts: { read: 11, merged: 0, guessed: 1, left: 2 },
  endpoints: ["GET /menu", "POST /oauth2/register", "PATCH /orders/{orderId}"],
  codes: [],
  needsListMeans: false,
  decisions: [
    { scopes: undefined, operation: "GET /menu", expected: "allowed" },
    { scopes: undefined, operation: "POST /menu", expected: "unauthenticated" },
    { scopes: ["menu:write"], operation: "POST /menu", expected: "allowed" },
    { scopes: ["menu:read"], operation: "POST /menu", expected: "insufficient_scope" },
    { scopes: ["menu:write"], operation: "DELETE /menu/prd_1", expected: "allowed" },
    { scopes: ["orders:read"], operation: "GET /orders", expected: "allowed" },
    { scopes: ["orders:write"], operation: "GET /orders", expected: "insufficient_scope" },
    { scopes: ["orders:write"], operation: "POST /orders", expected: "allowed" },
    {
      scopes: ["orders:read"],
      operation: "PATCH /orders/ord_1",
      expected: "insufficient_scope",
    },
    { scopes: ["orders:write"], operation: "PATCH /orders/ord_1", expected: "allowed" },
    { scopes: ["orders:read"], operation: "GET /order-items", expected: "allowed" },
    { scopes: ["order:read"], operation: "GET /order-items", expected: "insufficient_scope" },
    { scopes: ["revenue:read"], operation: "GET /revenue", expected: "allowed" },
    { scopes: [], operation: "GET /revenue", expected: "insufficient_scope" },
    {
      scopes: undefined,
      operation: "GET /revenue",
      expected: "unauthenticated",
      because: "the policy does not know API keys, so that alternative is left out",
    },
    {
      scopes: EVERY,
      operation: "QUERY /menu",
      expected: "unknown_operation",
      because: "a policy has no endpoints with QUERY",
    },
    { scopes: EVERY, operation: "COPY /orders/ord_1", expected: "unknown_operation" },
    { scopes: undefined, operation: "POST /oauth2/register", expected: "allowed" },
    { scopes: undefined, operation: "GET /menu-item-images/prd_1", expected: "allowed" },
    {
      scopes: EVERY,
      operation: "POST /order-notification",
      expected: "unknown_operation",
      because: "a webhook is a request of the server",
    },
  ],
};
