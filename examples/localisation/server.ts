// npx tsx localisation/server.ts
//
// A localisation API on Fastify. Every route names its operation of the policy in `config`; with `strict`, the server does not start
// if a route names none.
import fastify from "fastify";
import { createAuthorizer } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";
import { jwtVerifier } from "scope-policy/verify";
import { startLocalIssuer } from "../local-issuer.js";
import { addressOf, type RunningExample, serveIfMain } from "../serve.js";
import { policy } from "./policy.js";

const base = "/api/oauth-client";
const endpoint = { config: { endpoint: true } } as const;

/** Starts the server on a free port of the loopback interface, with a local issuer. */
export async function start(): Promise<RunningExample> {
  // the audience is the public name of the API and does not change with the port
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

  // a tool of the policy on its own route, and a public route
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
    "a token with org:read and projects:read, valid for five minutes:",
    token,
    "a call that it allows, and one that requires another scope:",
    `curl -s ${url}${base}/organizations -H "authorization: Bearer $TOKEN"`,
    `curl -s -i -X POST ${url}${base}/publish -H "authorization: Bearer $TOKEN"`,
  ];
});
