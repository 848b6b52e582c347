// tRPC: the context has the `Authorization` header, and a procedure decides by the policy before it runs.
import assert from "node:assert/strict";
import { initTRPC, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createAuthorizer, definePolicy } from "scope-policy";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "school:write": {} },
  tools: { get_settings: "school:read", set_settings: "school:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "school:read" } : undefined),
});

const t = initTRPC.context().create();
const CODES = new Map([
  [401, "UNAUTHORIZED"],
  [503, "SERVICE_UNAVAILABLE"],
]);
const gated = (operation) =>
  t.procedure.use(async ({ ctx, next }) => {
    const admission = await authorizer.admit({ authorization: ctx.authorization, operation });
    if (admission.kind === "allowed") return next({ ctx: { token: admission.token } });
    const { status, headers, body } = admission.answer;
    ctx.headers = headers;
    throw new TRPCError({ code: CODES.get(status) ?? "FORBIDDEN", message: body.detail });
  });
const router = t.router({
  getSettings: gated("get_settings").query(({ ctx }) => ctx.token.sub),
  setSettings: gated("set_settings").mutation(() => "set"),
});
const ask = async (path, method, token) => {
  const headers = { "content-type": "application/json" };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const body = method === "POST" ? "{}" : undefined;
  return fetchRequestHandler({
    endpoint: "/trpc",
    req: new Request(`https://api.example.com/trpc/${path}`, { method, headers, body }),
    router,
    createContext: ({ req }) => ({ authorization: req.headers.get("authorization") ?? undefined }),
    responseMeta: ({ ctx }) => ({
      headers: { "WWW-Authenticate": ctx?.headers?.["WWW-Authenticate"] ?? "" },
    }),
  });
};
const allowed = await ask("getSettings", "GET", "ann");
assert.equal((await allowed.json()).result.data, "ann");
assert.equal((await ask("getSettings", "GET")).status, 401);
const refused = await ask("setSettings", "POST", "ann");
assert.equal(refused.status, 403);
assert.match(refused.headers.get("www-authenticate"), /scope="school:write"/);
