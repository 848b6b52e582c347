import { AUDIENCE, createBenchAuthorizer, createLookup, PATH, SCOPE } from "./issued.mjs";

/** @import { Contender } from "./issued.mjs" */

/** @type {(install: (app: import("hono").Hono) => void | Promise<void>) => Promise<import("node:http").Server>} */
async function listenHono(install) {
  const { Hono } = await import("hono");
  const { serve } = await import("@hono/node-server");
  const app = new Hono();
  await install(app);
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () =>
      resolve(/** @type {import("node:http").Server} */ (server)),
    );
  });
}

/** @type {import("hono").Handler} */
const answer = (c) => c.json({ ok: true });

/** @type {Record<string, Contender>} */
export const HONO = {
  "no gate": () => listenHono((app) => void app.get(PATH, answer)),
  "header and Map": (issued) =>
    listenHono((app) => {
      const isKnown = createLookup(issued);
      app.get(
        PATH,
        async (c, next) =>
          isKnown(c.req.raw.headers.get("authorization")) ? next() : c.body(null, 401),
        answer,
      );
    }),
  "scope-policy": (issued) =>
    listenHono(async (app) => {
      const { honoGate } = await import("scope-policy/hono");
      const gate = honoGate(await createBenchAuthorizer(issued));
      app.get(PATH, gate.endpoint(), answer);
    }),
  "hono/jwk": ({ issuer, jwks }) =>
    listenHono(async (app) => {
      const { jwk } = await import("hono/jwk");
      // keys fetched once: with `jwks_uri` it fetches them for each request
      const { keys } = /** @type {{ keys: import("hono/utils/jwt/jws").HonoJsonWebKey[] }} */ (
        await (await fetch(jwks)).json()
      );
      const verification = { iss: issuer, aud: AUDIENCE, typ: "at+jwt" };
      const guard = jwk({ keys, alg: ["RS256"], verification });
      app.get(
        PATH,
        guard,
        async (c, next) => {
          const claims = c.get(/** @type {never} */ ("jwtPayload"));
          const { scope } = /** @type {{ scope: string }} */ (claims);
          return scope.split(" ").includes(SCOPE) ? next() : c.body(null, 403);
        },
        answer,
      );
    }),
};
