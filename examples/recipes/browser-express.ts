// Express for browser clients of other origins: CORS before the gate, and the challenge readable for scripts.
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes" },
  endpoints: { "GET /notes": "notes:read", "PUT /notes/:noteId": "notes:write" },
});
const gate = expressGate(
  createAuthorizer({
    policy,
    // a stub: use `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`
    verify: (rawToken) =>
      rawToken === "demo" ? { sub: "user-1", scope: "notes:read" } : undefined,
    resource: "https://api.example.com/",
  }),
);

const ORIGINS = new Set(["https://app.example.com"]);

/** Adds the CORS headers to every response, and answers preflights. The package `cors` does the same. */
const cors: express.RequestHandler = ({ method, headers }, res, next) => {
  res.vary("Origin");
  if (headers.origin === undefined || !ORIGINS.has(headers.origin)) return next();
  res.set("Access-Control-Allow-Origin", headers.origin);
  res.set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After");
  if (method !== "OPTIONS" || !headers["access-control-request-method"]) return next();
  res.set("Access-Control-Allow-Methods", "GET, PUT");
  res.set("Access-Control-Allow-Headers", "Authorization, Content-Type"); // `*` does not cover `Authorization`
  res.set("Access-Control-Max-Age", "600");
  res.sendStatus(204);
};

export const app = express();
app.use(cors); // before the gate: a preflight has no token
app.use(gate.metadata());
app.get("/notes", gate.endpoint(), (req, res) => void res.json({ sub: gate.token(req).sub }));
app.put("/notes/:noteId", gate.endpoint(), (_req, res) => void res.sendStatus(204));
gate.assertCovers(app);
