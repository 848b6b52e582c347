// The tools of SDK 2.x for the scenarios of 2026-07-28: input that a result asks for, custom headers, and schemas.
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  fromJsonSchema,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./shared-tools.js";

type Answer = CallToolResult | InputRequiredResult;
type Handler = (context: ServerContext) => Answer | Promise<Answer>;
type State = Record<string, unknown>;

/** Signs the state that clients return to the server. */
export const stateCodec = createRequestStateCodec<State>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});

const form = (message: string, name: string, type = "string") =>
  inputRequired.elicit({
    message,
    requestedSchema: {
      type: "object",
      properties: { [name]: { type } },
      required: [name],
    } as never,
  });
const askName = () => form("What is your name?", "name");
const sample = (question: string) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens: 50,
  });
const ask = async (inputRequests: InputRequests, state?: State) =>
  inputRequired({
    inputRequests,
    ...(state && {
      requestState: await stateCodec.mint({ ...state, nonce: crypto.randomUUID() }),
    }),
  });

const responseOf = ({ mcpReq }: ServerContext, name: string) =>
  mcpReq.inputResponses?.[name] as Readonly<Record<string, unknown>> | undefined;
const formOf = ({ mcpReq }: ServerContext, name: string) =>
  acceptedContent<Readonly<Record<string, unknown>>>(mcpReq.inputResponses, name);

const confirm: Handler = async (context) => {
  const isConfirmed = formOf(context, "confirm") !== undefined;
  if (isConfirmed && context.mcpReq.requestState() !== undefined) {
    return text("state-ok, integrity-ok: requestState verified");
  }
  return ask({ confirm: form("Please confirm", "ok", "boolean") }, { round: 1 });
};

const tools: Readonly<Record<string, Handler>> = {
  test_missing_capability: (context) =>
    responseOf(context, "llm_answer") === undefined
      ? ask({ llm_answer: sample("Reply with the single word: pong") })
      : text("sampling round-trip complete"),
  test_logging_tool: async ({ mcpReq }) => {
    await mcpReq.log("info", "only for requests with a log level");
    return text("logged");
  },
  test_input_required_result_elicitation: (context) => {
    const name = formOf(context, "user_name")?.["name"];
    return typeof name === "string" ? text(`Hello, ${name}!`) : ask({ user_name: askName() });
  },
  test_input_required_result_sampling: (context) => {
    const answer = responseOf(context, "capital_question");
    return answer === undefined
      ? ask({ capital_question: sample("What is the capital of France?") })
      : text(`Sampling response: ${JSON.stringify(answer["content"])}`);
  },
  test_input_required_result_list_roots: (context) => {
    const roots = responseOf(context, "client_roots")?.["roots"];
    return Array.isArray(roots)
      ? text(`Client exposed ${roots.length} root(s): ${JSON.stringify(roots)}`)
      : ask({ client_roots: inputRequired.listRoots() });
  },
  test_input_required_result_request_state: confirm,
  test_input_required_result_tampered_state: confirm,
  test_input_required_result_multiple_inputs: (context) => {
    const isWhole =
      formOf(context, "user_name") !== undefined &&
      responseOf(context, "greeting") !== undefined &&
      responseOf(context, "client_roots") !== undefined;
    if (isWhole) return text("all inputs received");
    const greeting = sample("Generate a greeting");
    const requests = { user_name: askName(), greeting, client_roots: inputRequired.listRoots() };
    return ask(requests, { round: 1 });
  },
  test_input_required_result_multi_round: (context) => {
    const state = context.mcpReq.requestState<State>();
    if (state === undefined) return ask({ step1: askName() }, { round: 1 });
    if (state["round"] === 1) {
      const name = formOf(context, "step1")?.["name"];
      return ask({ step2: form("What is your favorite color?", "color") }, { round: 2, name });
    }
    const color = formOf(context, "step2")?.["color"];
    return text(`Multi-round complete: ${String(state["name"])} likes ${String(color)}`);
  },
  test_input_required_result_capabilities: (context) => {
    if (context.mcpReq.inputResponses !== undefined) return text("fulfilled");
    const envelope = context.mcpReq.envelope as State | undefined;
    const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY] as State | undefined;
    const requests: InputRequests = {
      ...(declared?.["elicitation"] !== undefined && { user_name: askName() }),
      ...(declared?.["sampling"] !== undefined && {
        greeting: sample("Generate a short greeting"),
      }),
      ...(declared?.["roots"] !== undefined && { client_roots: inputRequired.listRoots() }),
    };
    return Object.keys(requests).length === 0 ? text("no capability") : ask(requests);
  },
};

/** Each keyword has to reach the tool list unchanged (SEP-1613, SEP-2106). */
const SCHEMA_2020 = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

const HEADER_SCHEMA = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    level: { type: "integer" },
  },
};

/** Registers the tools and the prompt. */
export function registerInputRequired(server: McpServer): void {
  for (const [name, handle] of Object.entries(tools)) {
    const config = { description: name, inputSchema: z.object({}) };
    server.registerTool(name, config, (_, context) => handle(context));
  }
  for (const [name, schema] of [
    ["json_schema_2020_12_tool", SCHEMA_2020],
    ["test_x_mcp_header", HEADER_SCHEMA],
  ] as const) {
    const inputSchema = fromJsonSchema(schema as Parameters<typeof fromJsonSchema>[0]);
    server.registerTool(name, { description: name, inputSchema }, (args) =>
      text(JSON.stringify(args)),
    );
  }
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "asks for a context" },
    async (given) => {
      // without a schema of arguments, the context is the only argument
      const context = given;
      const value = formOf(context, "user_context")?.["context"];
      if (typeof value !== "string") {
        return ask({ user_context: form("What context should the prompt use?", "context") });
      }
      const content = { type: "text" as const, text: `Use the following context: ${value}` };
      return { messages: [{ role: "user" as const, content }] };
    },
  );
}
