import type { DocumentCase } from "./document-case.js";

/** A chat platform: Swagger 2.0, a base path, lists that mean any of them, and a scope that means none. */
export const SLACK: DocumentCase = {
  title: "the chat platform",
  file: "slack.json",
  choice: { listMeans: "or", noScopeWords: ["none"] },
  // guessed: 6 lists of several scopes, 5 lists of the word `none`
  counts: { read: 11, merged: 0, guessed: 11, left: 0 },
  endpoints: ["GET /api/api.test", "POST /api/chat.postMessage", "GET /api/users.profile.get"],
  codes: [],
  needsListMeans: true,
  decisions: [
    {
      scopes: ["chat:write:bot"],
      operation: "POST /api/chat.postMessage",
      expected: "allowed",
    },
    {
      scopes: ["chat:write:user"],
      operation: "POST /api/chat.postMessage",
      expected: "allowed",
    },
    {
      scopes: ["chat:write"],
      operation: "POST /api/chat.postMessage",
      expected: "insufficient_scope",
      because: "the list names two longer scopes, and no scope implies another",
    },
    { scopes: ["users:read"], operation: "GET /api/users.info", expected: "allowed" },
    {
      scopes: ["im:history"],
      operation: "GET /api/conversations.history",
      expected: "allowed",
    },
    {
      scopes: ["im:read"],
      operation: "GET /api/conversations.history",
      expected: "insufficient_scope",
    },
    {
      scopes: ["conversations:history"],
      operation: "GET /api/conversations.history",
      expected: "insufficient_scope",
      because: "the scope is declared, but the list does not contain it",
    },
    {
      scopes: ["groups:read"],
      operation: "GET /api/conversations.info",
      expected: "allowed",
    },
    {
      scopes: ["channels:write"],
      operation: "POST /api/conversations.join",
      expected: "allowed",
    },
    {
      scopes: ["groups:write"],
      operation: "POST /api/conversations.join",
      expected: "insufficient_scope",
      because: "joining is for public channels only",
    },
    {
      scopes: ["users:read"],
      operation: "GET /api/users.lookupByEmail",
      expected: "insufficient_scope",
    },
    {
      scopes: ["users:read.email"],
      operation: "GET /api/users.list",
      expected: "insufficient_scope",
    },
    {
      scopes: ["users:read.email"],
      operation: "GET /api/users.lookupByEmail",
      expected: "allowed",
    },
    { scopes: [], operation: "GET /api/auth.test", expected: "allowed" },
    {
      scopes: undefined,
      operation: "GET /api/auth.test",
      expected: "unauthenticated",
      because: "no scope is not the same as no token",
    },
    {
      scopes: ["none"],
      operation: "GET /api/team.accessLogs",
      expected: "insufficient_scope",
    },
    { scopes: ["admin"], operation: "GET /api/team.accessLogs", expected: "allowed" },
    {
      scopes: ["admin"],
      operation: "POST /api/admin.users.assign",
      expected: "insufficient_scope",
    },
    {
      scopes: ["admin.users:write"],
      operation: "POST /api/admin.users.assign",
      expected: "allowed",
    },
    {
      scopes: ["chat:write:bot"],
      operation: "POST /chat.postMessage",
      expected: "unknown_operation",
      because: "the path is below the base path",
    },
  ],
};
