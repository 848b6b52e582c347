/** What an audit event contains of the request beyond the decision. */
export interface AuditedRequest {
  /** The arguments of the call: anything that a client can send. */
  readonly arguments?: unknown;
  /** The id of the request. */
  readonly requestId?: string | undefined;
}

/** A request that asks for no operation of the policy: a message of a protocol. */
export interface ProtocolRequest {
  /** The name of the event: `mcp:tools/list`. */
  readonly name: string;
  /** The id of the request. */
  readonly requestId?: string | undefined;
}
