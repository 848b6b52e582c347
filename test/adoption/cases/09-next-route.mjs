// A route handler of Next: a function from a `Request` to a `Response`, with the gate for `fetch` handlers and no adapter. With an
// argument, the requests are those of Next itself.
import assert from "node:assert/strict";
import { createAuthorizer, definePolicy } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  tools: { get_settings: "school:read" },
  endpoints: { "GET /api/accounts/{accountID}": "/accounts/{accountID}/read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "/accounts/7/read" } : undefined),
  resource: "https://api.example.com/",
});
const gate = fetchGate(authorizer);
const NextRequest = process.argv[2] && (await import(process.argv[2])).default.NextRequest;

// app/api/accounts/[accountID]/route.ts: Next 15 and later hand the parameters over as a promise
async function GET(request, { params }) {
  const values = await params;
  const token = await gate(request, "GET /api/accounts/{accountID}", values);
  if (token instanceof Response) return token;
  return Response.json({ account: values.accountID, sub: token.sub });
}
const ask = (accountID, token) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const request = new (NextRequest ?? Request)(
    `https://api.example.com/api/accounts/${accountID}`,
    { headers },
  );
  return GET(request, { params: Promise.resolve({ accountID }) });
};
assert.equal((await ask("7")).status, 401);
assert.deepEqual(await (await ask("7", "ann")).json(), { account: "7", sub: "ann" });
assert.equal((await ask("8", "ann")).status, 403);
