// Fastify for browser clients of other origins: a hook before the plugin adds the CORS headers and answers preflights.
import fastify from "fastify";
import { createAuthorizer, definePolicy } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes" },
  endpoints: { "GET /notes": "notes:read", "PUT /notes/:noteId": "notes:write" },
});
const authorizer = createAuthorizer({
  policy,
  // a stub: use `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`
  verify: (rawToken) => (rawToken === "demo" ? { sub: "user-1", scope: "notes:read" } : undefined),
  resource: "https://api.example.com/",
});

const ORIGINS = new Set(["https://app.example.com"]);

export const app = fastify();

// before `scopePolicy`, at the root: it also runs for the 404 that a preflight is; `@fastify/cors` does the same
app.addHook("onRequest", async ({ method, headers }, reply) => {
  reply.header("vary", "Origin");
  if (headers.origin === undefined || !ORIGINS.has(headers.origin)) return;
  reply.header("access-control-allow-origin", headers.origin);
  reply.header("access-control-expose-headers", "WWW-Authenticate, Retry-After");
  if (method !== "OPTIONS" || !headers["access-control-request-method"]) return;
  reply.header("access-control-allow-methods", "GET, PUT");
  reply.header("access-control-allow-headers", "Authorization, Content-Type"); // `*` does not cover `Authorization`
  reply.header("access-control-max-age", "600");
  return reply.code(204).send();
});

await app.register(scopePolicy, { authorizer, strict: true });
const config = { endpoint: true } as const;
app.get("/notes", { config }, ({ accessToken }) => ({ sub: accessToken?.sub }));
app.put("/notes/:noteId", { config }, (_request, reply) => reply.code(204).send());
