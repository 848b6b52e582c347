// `scope-policy/providers`: from the few facts that an owner knows to the options of a verifier, for each provider of the list.
import assert from "node:assert/strict";
import * as providers from "scope-policy/providers";
import { jwtVerifier } from "scope-policy/verify";

const NAMES = ["auth0", "cognito", "entra", "keycloak", "okta", "supabase", "clerk", "workos"];
assert.deepEqual(Object.keys(providers).toSorted(), NAMES.toSorted());

// the facts that the documents of each provider name
const audience = "https://api.example.com";
const OPTIONS = [
  providers.auth0({ domain: "shop.eu.auth0.com", audience }),
  providers.cognito({ region: "eu-west-1", userPoolId: "eu-west-1_Pool", clientId: "app-1" }),
  providers.entra({ tenant: "00000000-0000-0000-0000-000000000000", audience }),
  providers.keycloak({ url: "https://keycloak.example.com", realm: "shop", audience }),
];
for (const options of OPTIONS) {
  assert.match(String(options.issuer), /^https:/);
  jwtVerifier(options);
}
assert.equal(OPTIONS[0].issuer, "https://shop.eu.auth0.com/", "with the slash");
assert.equal(OPTIONS[1].audienceClaim, "client_id");
