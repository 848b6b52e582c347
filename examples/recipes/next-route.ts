// Next.js route handlers are functions from `Request` to `Response`, so `fetchGate` needs no adapter. Each section is one file of a project.
import { createAuthorizer, definePolicy } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";

// lib/gate.ts
const policy = definePolicy({
  name: "Payments",
  version: "1",
  scopes: {
    "accounts:read": "See your accounts",
    "/accounts/{accountID}/transfers.write": "Make transfers of one account",
  },
  endpoints: {
    "GET /api/accounts": "accounts:read",
    "POST /api/accounts/:accountID/transfers": "/accounts/{accountID}/transfers.write",
  },
});
// a stub: use `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`
const tokens = new Map([
  ["reader", { sub: "user-1", scope: "accounts:read" }],
  ["payer", { sub: "user-1", scope: "/accounts/7/transfers.write" }],
]);
const gate = fetchGate(
  createAuthorizer({
    policy,
    verify: (rawToken) => tokens.get(rawToken),
    resource: "https://www.example.com/api",
    authorizationServers: ["https://login.example.com"],
  }),
);

// app/api/accounts/route.ts
export async function GET(request: Request): Promise<Response> {
  const token = await gate(request, "GET /api/accounts");
  if (token instanceof Response) return token;
  return Response.json({ accountsOf: token.sub });
}

// app/api/accounts/[accountID]/transfers/route.ts
interface RouteContext {
  readonly params: Promise<{ readonly accountID: string }>;
}

export async function POST(request: Request, { params }: RouteContext): Promise<Response> {
  const { accountID } = await params;
  // Next's router has chosen this handler: decide on the value that the handler uses
  const token = await gate(request, "POST /api/accounts/:accountID/transfers", { accountID });
  if (token instanceof Response) return token;
  return Response.json({ from: accountID, by: token.sub }, { status: 201 });
}

// app/.well-known/oauth-protected-resource/api/route.ts, where the name of the function is `GET`
export function getMetadata(request: Request): Response {
  return gate.metadata(request) ?? new Response(null, { status: 404 });
}
