// An app that verifies its tokens with `@fastify/jwt`: the authorizer has no `verify`, and `authenticate` hands over what the plugin verified.
import fastifyJwt from "@fastify/jwt";
import fastify, { type FastifyRequest } from "fastify";
import { createAuthorizer, definePolicy } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";
import { accessTokenFromClaims } from "scope-policy/verify";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes" },
  endpoints: { "GET /notes": "notes:read", "PUT /notes/:noteId": "notes:write" },
});
const authorizer = createAuthorizer({ policy, resource: "https://api.example.com/" });

/** Returns whether the plugin refused a token, or found none. Any other error is an outage: the gate responds with 503. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(?:FST|FAST)_JWT_(?!KEY_FETCHING)/.test(code);
}

async function authenticate(request: FastifyRequest) {
  try {
    return accessTokenFromClaims(await request.jwtVerify());
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Creates the app for the tokens of one issuer. `publicKey` is the key of the issuer, as PEM. */
export async function createApp(publicKey: string) {
  const app = fastify();
  await app.register(fastifyJwt, {
    secret: { public: publicKey },
    verify: {
      // without these, the plugin accepts tokens of another API, ID tokens, and tokens without an end
      algorithms: ["ES256"],
      allowedIss: "https://login.example.com",
      allowedAud: "https://api.example.com/",
      checkTyp: "at+jwt",
      requiredClaims: ["iss", "aud", "exp", "sub"], // `allowedIss` and `allowedAud` accept a token without the claim
    },
  });
  await app.register(scopePolicy, { authorizer, strict: true, authenticate });
  const config = { endpoint: true } as const;
  app.get("/notes", { config }, ({ accessToken }) => ({ sub: accessToken?.sub }));
  app.put("/notes/:noteId", { config }, (_request, reply) => reply.code(204).send());
  return app;
}
