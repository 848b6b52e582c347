// A worker: `Request` in, `Response` out, without any API of Node. It runs unchanged in workerd (`miniflare` in the test), Deno and
// Bun. The key set is part of the deployment, so verifying a token requires no fetch.
import { createAuthorizer, definePolicy } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";
import { jwtVerifier, type KeySet } from "scope-policy/verify";

interface Environment {
  readonly ISSUER: string;
  readonly RESOURCE: string;
  /** A JSON Web Key Set, as JSON text. */
  readonly JWKS: string;
}

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: {
    "notes:read": { description: "Read your notes", default: "on" },
    "notes:write": "Write notes",
  },
  endpoints: {
    "GET /notes": "notes:read",
    "GET /notes/:noteId": "notes:read",
    "PUT /notes/:noteId": "notes:write",
    "GET /health": { public: true },
  },
});

type Gate = ReturnType<typeof createGate>;
let gate: Gate | undefined;

function createGate({ ISSUER, RESOURCE, JWKS }: Environment) {
  return fetchGate(
    createAuthorizer({
      policy,
      verify: jwtVerifier({
        issuer: ISSUER,
        audience: RESOURCE,
        jwks: JSON.parse(JWKS) as KeySet,
        algorithms: ["RS256"],
      }),
      resource: RESOURCE,
      authorizationServers: [ISSUER],
    }),
  );
}

const worker = {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    gate ??= createGate(environment);
    const metadata = gate.metadata(request);
    if (metadata !== undefined) return metadata;
    const token = await gate.endpoint(request);
    if (token instanceof Response) return token;
    return Response.json({ for: token?.sub ?? "anonymous", method: request.method });
  },
};

export default worker; // workerd uses the default export
