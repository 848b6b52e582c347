import type { OwnCall } from "./record-admission.js";

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
