/** The part of an audit event that comes from the request. */
export interface AuditedRequest {
  /** The arguments of the call: anything that a client can send. */
  readonly arguments?: unknown;
  /** The id of the request. */
  readonly requestId?: string | undefined;
}

/** A message of a protocol that calls no operation of the policy. */
export interface ProtocolRequest {
  /** The name of the event: `mcp:tools/list`. */
  readonly name: string;
  /** The id of the request. */
  readonly requestId?: string | undefined;
}
