// Cookie sessions beside bearer tokens: `authenticate` turns the session into claims. A cookie goes with every request to this server,
// also with those that another site makes the browser send. So the server must refuse these itself.
import { randomBytes } from "node:crypto";
import express from "express";
import session from "express-session";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";

declare module "express-session" {
  interface SessionData {
    sub: string;
  }
}

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes" },
  endpoints: { "GET /notes": "notes:read", "PUT /notes/:noteId": "notes:write" },
});
const gate = expressGate(
  createAuthorizer({
    policy,
    // a stub for the tokens of other apps: use `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`
    verify: (rawToken) =>
      rawToken === "demo" ? { sub: "user-2", scope: "notes:read" } : undefined,
    resource: "https://notes.example.com/",
  }),
  // read only without an `Authorization` header; the scope is what your own pages may do, and nothing comes from the request
  {
    authenticate: ({ session: { sub } }) =>
      sub === undefined ? undefined : { sub, scope: "notes:read notes:write" },
  },
);

const ORIGIN = "https://notes.example.com";
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]); // their handlers change nothing

/** Refuses requests that pages of another origin make a browser send, with its cookie (CSRF). */
const refuseCrossSite: express.RequestHandler = ({ method, headers }, res, next) => {
  // an app with a token sends no cookie; a header beside a cookie proves nothing: without `verify`, the session decides
  const isApp = headers.authorization !== undefined && headers.cookie === undefined;
  if (SAFE_METHODS.has(method) || isApp || headers.origin === ORIGIN) return next();
  res.status(403).json({ error: "cross_site" });
};

export const app = express();
app.use(gate.metadata()); // the document that `resource_metadata` of a 401 names
app.use(
  session({
    name: "notes.sid",
    secret: process.env["SESSION_SECRET"] ?? randomBytes(32).toString("hex"),
    cookie: { httpOnly: true, sameSite: "lax", secure: "auto" },
    resave: false,
    saveUninitialized: false,
  }),
);
app.use(refuseCrossSite);

// a stub: check a password, or the response of your identity provider
app.post("/login", gate.public(), express.json(), (req, res, next) => {
  const { sub } = req.body as { readonly sub: string };
  // a new id, so that an id from before the sign-in is worth nothing (session fixation)
  req.session.regenerate((error) => {
    if (error !== undefined && error !== null) return next(error);
    req.session.sub = sub;
    res.sendStatus(204);
  });
});
app.get("/notes", gate.endpoint(), (req, res) => void res.json({ sub: gate.token(req).sub }));
app.put("/notes/:noteId", gate.endpoint(), (_req, res) => void res.sendStatus(204));
gate.assertCovers(app);
