import { setTimeout as wait } from "node:timers/promises";
import { createAuthorizer, definePolicy } from "scope-policy";
import type { Store } from "scope-policy/store";
import { monotonic } from "./messages.js";

/** One call that waits for the commit of its audit event. */
export interface AuditedCall {
  /** When it was made, on the monotonic clock. */
  readonly at: number;
  /** Whether its event was acknowledged, and so the call allowed. Else it was a 503. */
  readonly isAllowed: boolean;
}

/** The calls that a process made. */
export interface AuditedCalls {
  readonly calls: readonly AuditedCall[];
  /** The ids of the events that were acknowledged. */
  readonly events: ReadonlySet<string>;
  /** Makes calls one after the other. The result stops it, and waits for the end of the last one. */
  readonly start: () => () => Promise<void>;
}

/** Milliseconds between two calls, and after which a call does not wait for its event any longer. */
const PAUSE = 10;
const PATIENCE = 200;

/** Creates a process that decides with `onAuditError: "deny"` and audits into a store. */
export function createAuditedCalls(store: Store): AuditedCalls {
  const calls: AuditedCall[] = [];
  const events = new Set<string>();
  let newest = "";
  const authorizer = createAuthorizer({
    policy: definePolicy({
      name: "School",
      version: "1",
      scopes: { "courses:read": "See courses" },
      tools: { list_courses: "courses:read" },
    }),
    verify: () => ({ scope: "courses:read", sub: "user-1", client_id: "app-1" }),
    audit: (event) => {
      newest = event.id;
      return store.audit(event);
    },
    onAuditError: "deny",
    timeout: PATIENCE,
    onOutage: () => undefined,
  });
  const call = async (): Promise<void> => {
    const at = monotonic();
    const request = { authorization: "Bearer token", operation: "list_courses" };
    const { decision } = await authorizer.admit(request);
    if (decision.allowed) events.add(newest);
    calls.push({ at, isAllowed: decision.allowed });
  };
  const start = () => {
    let isOver = false;
    const run = async (): Promise<void> => {
      while (!isOver) {
        await call();
        await wait(PAUSE);
      }
    };
    const running = run();
    return () => {
      isOver = true;
      return running;
    };
  };
  return { calls, events, start };
}
