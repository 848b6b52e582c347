import {
  AUDIENCE,
  createBenchAuthorizer,
  createLookup,
  createSdkVerifier,
  PATH,
  SCOPE,
} from "./issued.mjs";

/** @import { Contender } from "./issued.mjs" */

/** @type {(install: (app: import("express").Express) => void | Promise<void>) => Promise<import("node:http").Server>} */
export async function listenExpress(install) {
  const { default: express } = await import("express");
  const app = express();
  await install(app);
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** @type {import("express").RequestHandler} */
const answer = (_request, response) => void response.json({ ok: true });

/** @type {Record<string, Contender>} */
export const EXPRESS = {
  "no gate": () => listenExpress((app) => void app.get(PATH, answer)),
  "header and Map": (issued) =>
    listenExpress((app) => {
      const isKnown = createLookup(issued);
      app.get(
        PATH,
        (request, response, next) => {
          if (isKnown(request.headers.authorization)) next();
          else response.sendStatus(401);
        },
        answer,
      );
    }),
  "scope-policy": (issued) =>
    listenExpress(async (app) => {
      const { expressGate } = await import("scope-policy/express");
      const gate = expressGate(await createBenchAuthorizer(issued));
      app.get(PATH, gate.endpoint(), answer);
    }),
  "express-oauth2-jwt-bearer": ({ issuer, jwks }) =>
    listenExpress(async (app) => {
      const { auth, requiredScopes } = await import("express-oauth2-jwt-bearer");
      const guard = auth({ issuer, jwksUri: jwks, audience: AUDIENCE, tokenSigningAlg: "RS256" });
      app.get(PATH, guard, requiredScopes(SCOPE), answer);
    }),
  "MCP SDK requireBearerAuth": (issued) =>
    listenExpress(async (app) => {
      const { requireBearerAuth } = await import(
        "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js"
      );
      const verifier = await createSdkVerifier(issued);
      app.get(PATH, requireBearerAuth({ verifier, requiredScopes: [SCOPE] }), answer);
    }),
};
