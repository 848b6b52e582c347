/** The source of each member of {@link ConsentClient}. A new member does not compile until it has a row here. */
export const CLIENT_MEMBERS = {
    client_id: "server",
    client_name: "client",
    redirect_uri: "server",
    client_uri: "client",
    logo_uri: "client",
    policy_uri: "client",
    tos_uri: "client",
    scope: "client",
    token_endpoint_auth_method: "client",
    firstParty: "server",
    verifiedDomain: "server",
    requiredScopes: "server",
};
