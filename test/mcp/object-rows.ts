import { ACCOUNT, READER } from "./fixture.js";

/**
 * What decides on an object that a method names: an entry of the options (`map`), the owner of the task (`task`) or the owner of the
 * session (`session`). With `none` the member names no object of the server, and with `unknown` the method itself is unknown.
 */
export type DecidedBy = "map" | "task" | "session" | "none" | "unknown";

/** A member of a method of the SDKs that names an object. */
export interface ObjectRow {
  readonly method: string;
  readonly path: string;
  readonly by: DecidedBy;
  /** The reason why nothing decides. */
  readonly why?: string;
  /** For `map`: parameters that a token allows, and parameters of the same shape that it does not. */
  readonly probe?: { readonly own: object; readonly foreign: object; readonly token: string };
}

/** The members that every method can have. */
export const EVERY_METHOD: readonly Omit<ObjectRow, "method">[] = [
  { path: "_meta.io.modelcontextprotocol/related-task.taskId", by: "task" },
  { path: "_meta.progressToken", by: "none", why: "the caller's own name for what it asks" },
];

const template = "notes://{accountID}/notes";
const completing = (ref: object, value = "a") => ({ ref, argument: { name: "accountID", value } });
const byPrompt = (name: string) => completing({ type: "ref/prompt", name });
const byResource = (value: string) => completing({ type: "ref/resource", uri: template }, value);
const uris = { own: { uri: "notes://all" }, foreign: { uri: "notes://hidden" }, token: READER };
const bound = {
  own: { uri: "notes://a/notes" },
  foreign: { uri: "notes://b/notes" },
  token: ACCOUNT,
};
const subscribed = (...list: readonly string[]) => ({
  notifications: { resourceSubscriptions: list },
});

export const OBJECT_ROWS: readonly ObjectRow[] = [
  {
    method: "tools/call",
    path: "name",
    by: "map",
    probe: { own: { name: "read_note" }, foreign: { name: "write_note" }, token: READER },
  },
  { method: "tools/call", path: "task", by: "none", why: "asks for a task, and names none" },
  {
    method: "prompts/get",
    path: "name",
    by: "map",
    probe: { own: { name: "summary" }, foreign: { name: "plan" }, token: READER },
  },
  { method: "resources/read", path: "uri", by: "map", probe: bound },
  { method: "resources/subscribe", path: "uri", by: "map", probe: uris },
  { method: "resources/unsubscribe", path: "uri", by: "map", probe: uris },
  {
    method: "subscriptions/listen",
    path: "notifications.resourceSubscriptions",
    by: "map",
    probe: {
      own: subscribed("notes://all"),
      foreign: subscribed("notes://all", "notes://b/notes"),
      token: READER,
    },
  },
  {
    method: "completion/complete",
    path: "ref",
    by: "map",
    probe: { own: byPrompt("summary"), foreign: byPrompt("plan"), token: READER },
  },
  {
    method: "completion/complete",
    path: "ref.name",
    by: "map",
    probe: { own: byPrompt("summary"), foreign: byPrompt("other"), token: READER },
  },
  {
    method: "completion/complete",
    path: "ref.uri",
    by: "map",
    probe: { own: byResource("a"), foreign: byResource("b"), token: ACCOUNT },
  },
  {
    method: "completion/complete",
    path: "argument.name",
    by: "none",
    why: "a parameter of what `ref` names",
  },
  { method: "tasks/get", path: "taskId", by: "task" },
  { method: "tasks/result", path: "taskId", by: "task" },
  { method: "tasks/cancel", path: "taskId", by: "task" },
  { method: "notifications/cancelled", path: "requestId", by: "session" },
  { method: "notifications/progress", path: "progressToken", by: "session" },
  { method: "notifications/tasks/status", path: "taskId", by: "session" },
  { method: "notifications/resources/updated", path: "uri", by: "session" },
  { method: "notifications/elicitation/complete", path: "elicitationId", by: "session" },
  {
    method: "notifications/subscriptions/acknowledged",
    path: "notifications.resourceSubscriptions",
    by: "session",
  },
  { method: "initialize", path: "clientInfo.name", by: "none", why: "the client's own name" },
  {
    method: "initialize",
    path: "capabilities.elicitation.url",
    by: "none",
    why: "what the client can do",
  },
  { method: "sampling/createMessage", path: "*", by: "unknown", why: "servers ask it of clients" },
  { method: "elicitation/create", path: "*", by: "unknown", why: "servers ask it of clients" },
];
