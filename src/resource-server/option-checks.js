/** Checks for an authorizer that `createAuthorizer` returned. */
export const isAuthorizer = (value) => typeof value?.admit === "function"
    ? undefined
    : "expected an authorizer of `createAuthorizer`";
