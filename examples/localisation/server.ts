// node scripts/run.mjs examples/localisation/server.ts
//
// A localisation API behind Fastify. Every route says in its `config` what stands for it in the policy, and with `strict` the
// server does not start while one says nothing.
import fastify from "fastify";
import { createAuthorizer } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";
import { jwtVerifier } from "scope-policy/verify";
import { startLocalIssuer } from "../local-issuer.js";
import { addressOf, type RunningExample, serveIfMain } from "../serve.js";
import { policy } from "./policy.js";

const base = "/api/oauth-client";
const endpoint = { config: { endpoint: true } } as const;

/** Starts the server on a free port of the loopback interface, with an issuer beside it. */
export async function start(): Promise<RunningExample> {
  // the audience is the API's name in the world, and does not change with the port
  const resource = "https://api.localisation.example/api";
  const issuer = await startLocalIssuer(resource);
  const app = fastify();
  await app.register(scopePolicy, {
    strict: true,
    authorizer: createAuthorizer({
      policy,
      verify: jwtVerifier({
        issuer: issuer.issuer,
        audience: resource,
        jwks: issuer.jwks,
        algorithms: ["RS256"],
      }),
      resource,
      authorizationServers: [issuer.issuer],
    }),
  });

  app.get(`${base}/me`, endpoint, (request) => ({
    sub: request.accessToken?.sub,
    client_id: request.accessToken?.client_id,
  }));
  app.get(`${base}/organizations`, endpoint, () => [{ id: "42", slug: "acme" }]);
  app.get(`${base}/organizations/:orgId/projects`, endpoint, () => [{ id: "7" }]);
  app.get(`${base}/organizations/:orgSlug/projects/:projectSlug/models`, endpoint, () => []);
  app.post(`${base}/v1/projects`, endpoint, (_request, reply) => reply.code(201).send({ id: "8" }));
  app.get<{ Params: { projectId: string } }>(
    `${base}/v1/projects/:projectId`,
    endpoint,
    (request) => ({ id: request.params.projectId }),
  );
  app.post(`${base}/v1/projects/:projectId/languages`, endpoint, () => ({ added: true }));

  // a tool of the policy on a route of its own, and a route for everybody
  app.post(`${base}/publish`, { config: { tool: "publish_translations" } }, () => ({
    published: true,
  }));
  app.get("/health", { config: { public: true } }, () => ({ ok: true }));

  await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    url: addressOf(app.server),
    issuer,
    close: async () => {
      await Promise.all([app.close(), issuer.close()]);
    },
  };
}

await serveIfMain(import.meta.url, start, async ({ url, issuer }) => {
  const token = await issuer.issue({ scope: "org:read projects:read" });
  return [
    "a token with org:read and projects:read, good for five minutes:",
    token,
    "a call that it may make, and one that needs more:",
    `curl -s ${url}${base}/organizations -H "authorization: Bearer $TOKEN"`,
    `curl -s -i -X POST ${url}${base}/publish -H "authorization: Bearer $TOKEN"`,
  ];
});
