export { type Auth0Facts, auth0 } from "./providers/auth0.js";
export { type ClerkFacts, clerk } from "./providers/clerk.js";
export { type CognitoFacts, cognito } from "./providers/cognito.js";
export { type EntraFacts, entra } from "./providers/entra.js";
export { type KeycloakFacts, keycloak } from "./providers/keycloak.js";
export { type OktaFacts, okta } from "./providers/okta.js";
export { type SupabaseFacts, supabase } from "./providers/supabase.js";
export { type WorkosFacts, workos } from "./providers/workos.js";
export type { JwtVerifierOptions } from "./verify/jwt-options.js";
