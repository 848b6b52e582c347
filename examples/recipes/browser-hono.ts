// Hono for browser clients of other origins: its own `cors` middleware, before the gate.
import { Hono } from "hono";
import { cors } from "hono/cors";
import { createAuthorizer, definePolicy } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes" },
  endpoints: { "GET /notes": "notes:read", "PUT /notes/:noteId": "notes:write" },
});
const gate = fetchGate(
  createAuthorizer({
    policy,
    // a stub: use `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`
    verify: (rawToken) =>
      rawToken === "demo" ? { sub: "user-1", scope: "notes:read" } : undefined,
    resource: "https://api.example.com/",
  }),
);

export const app = new Hono();
app.use(
  cors({
    origin: ["https://app.example.com"],
    allowMethods: ["GET", "PUT"],
    allowHeaders: ["Authorization", "Content-Type"], // `*` does not cover `Authorization`
    exposeHeaders: ["WWW-Authenticate", "Retry-After"],
    maxAge: 600,
  }),
);
app.use(async (c, next) => gate.metadata(c.req.raw) ?? next());
app.get("/notes", async (c) => {
  const token = await gate(c.req.raw, "GET /notes");
  return token instanceof Response ? token : c.json({ sub: token.sub });
});
app.put("/notes/:noteId", async (c) => {
  const token = await gate(c.req.raw, "PUT /notes/:noteId");
  return token instanceof Response ? token : c.body(null, 204);
});
