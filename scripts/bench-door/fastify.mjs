import { AUDIENCE, createBenchAuthorizer, createLookup, PATH, SCOPE } from "./issued.mjs";

/** @import { Contender } from "./issued.mjs" */

/** @type {(install: (app: import("fastify").FastifyInstance) => void | Promise<void>) => Promise<import("node:http").Server>} */
async function listenFastify(install) {
  const { default: fastify } = await import("fastify");
  const app = fastify();
  await install(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server;
}

const answer = () => ({ ok: true });

/** @type {Record<string, Contender>} */
export const FASTIFY = {
  "no gate": () => listenFastify((app) => void app.get(PATH, answer)),
  "header and Map": (issued) =>
    listenFastify((app) => {
      const isKnown = createLookup(issued);
      app.addHook("onRequest", (request, reply, done) => {
        if (isKnown(request.headers.authorization)) done();
        else void reply.code(401).send();
      });
      app.get(PATH, answer);
    }),
  "scope-policy": (issued) =>
    listenFastify(async (app) => {
      const { scopePolicy } = await import("scope-policy/fastify");
      const authorizer = await createBenchAuthorizer(issued);
      await app.register(scopePolicy, { authorizer, strict: true });
      app.get(PATH, { config: { endpoint: true } }, answer);
    }),
  "@fastify/jwt": ({ issuer, jwks }) =>
    listenFastify(async (app) => {
      const { default: jwt } = await import("@fastify/jwt");
      const { createPublicKey } = await import("node:crypto");
      const { keys } = /** @type {{ keys: [import("node:crypto").JsonWebKey] }} */ (
        await (await fetch(jwks)).json()
      );
      const key = createPublicKey({ key: keys[0], format: "jwk" });
      await app.register(jwt, {
        secret: { public: key.export({ type: "spki", format: "pem" }) },
        // its cache of verified tokens, with as many entries as that of `jwtVerifier`
        verify: { allowedIss: issuer, allowedAud: AUDIENCE, algorithms: ["RS256"], cache: 10_000 },
      });
      app.addHook("onRequest", async (request, reply) => {
        const claims = /** @type {{ scope: string }} */ (await request.jwtVerify());
        if (!claims.scope.split(" ").includes(SCOPE)) await reply.code(403).send();
      });
      app.get(PATH, answer);
    }),
};
