import type { AuthorizationCall } from "./authorizer-types.js";

/** A call that has every member itself, so that none is inherited. `audited` is `undefined` if the caller gave none. */
export type OwnCall = Omit<Required<AuthorizationCall>, "audited"> & {
  readonly audited: AuthorizationCall["audited"] | undefined;
};

/** The members of a call that an adapter leaves out, as own members, so that none is inherited. */
export const NO_CALL: OwnCall = Object.freeze({
  authorization: undefined,
  authenticate: undefined,
  operation: "",
  params: undefined,
  arguments: undefined,
  requestId: undefined,
  protocolVersion: undefined,
  signInScope: "operation",
  auditDenialsOnly: false,
  credentialsFirst: false,
  enforced: true,
  audited: undefined,
});
