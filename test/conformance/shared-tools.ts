// The tools that the conformance scenarios call by name, for the servers of both SDKs.
import type { CallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";

/** What a tool needs of the context that its SDK passes. */
export interface ToolCall {
  readonly progressToken: string | number | undefined;
  /** Sends a notification to the client. */
  notify(method: string, params: Record<string, unknown>): Promise<void>;
  /** Sends a request to the client, and returns its result. */
  ask(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Ends the event stream of the call before the result. */
  closeStream(): void;
}

interface SharedTool {
  readonly args?: Readonly<Record<string, z.ZodString>>;
  readonly run: (
    call: ToolCall,
    args: Readonly<Record<string, string>>,
  ) => CallToolResult | Promise<CallToolResult>;
}

export const INFO = { name: "conformance", version: "1" };
export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};
export const NO_VALUES = { completion: { values: [], total: 0, hasMore: false } };

/** A red pixel, and an empty WAV file. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const SOUND = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

export const text = (value: string): CallToolResult => ({
  content: [{ type: "text", text: value }],
});
const image = { type: "image", data: PIXEL, mimeType: "image/png" } as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const elicit = async (call: ToolCall, message: string, properties: object, required: string[]) => {
  const requestedSchema = { type: "object", properties, required };
  const { action, content } = await call.ask("elicitation/create", { message, requestedSchema });
  return text(
    `Elicitation completed: action=${String(action)}, content=${JSON.stringify(content ?? {})}`,
  );
};

const titled = (key: string) =>
  ["First", "Second", "Third"].map((title, at) => ({
    const: `value${at + 1}`,
    title: `${title} ${key}`,
  }));
const OPTIONS = ["option1", "option2", "option3"];

/** SEP-1034: a default for each primitive type. */
const DEFAULTS = {
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
  verified: { type: "boolean", default: true },
};

/** SEP-1330: the five forms of an enum. */
const ENUMS = {
  untitledSingle: { type: "string", enum: OPTIONS },
  titledSingle: { type: "string", oneOf: titled("Option") },
  legacyEnum: {
    type: "string",
    enum: ["opt1", "opt2", "opt3"],
    enumNames: ["Option One", "Option Two", "Option Three"],
  },
  untitledMulti: {
    type: "array",
    minItems: 1,
    maxItems: 3,
    items: { type: "string", enum: OPTIONS },
  },
  titledMulti: { type: "array", minItems: 1, maxItems: 3, items: { anyOf: titled("Choice") } },
};

export const sharedTools: Readonly<Record<string, SharedTool>> = {
  test_simple_text: { run: () => text("This is a simple text response for testing.") },
  test_image_content: { run: () => ({ content: [image] }) },
  test_audio_content: {
    run: () => ({ content: [{ type: "audio", data: SOUND, mimeType: "audio/wav" }] }),
  },
  test_embedded_resource: {
    run: () => ({
      content: [
        {
          type: "resource",
          resource: {
            uri: "test://embedded-resource",
            mimeType: "text/plain",
            text: "This is an embedded resource content.",
          },
        },
      ],
    }),
  },
  test_multiple_content_types: {
    run: () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        image,
        {
          type: "resource",
          resource: {
            uri: "test://mixed-content-resource",
            mimeType: "application/json",
            text: JSON.stringify({ test: "data", value: 123 }),
          },
        },
      ],
    }),
  },
  test_tool_with_logging: {
    run: async (call) => {
      for (const data of ["started", "in progress", "completed"]) {
        await call.notify("notifications/message", {
          level: "info",
          data: `Tool execution ${data}`,
        });
        await pause(50);
      }
      return text("Tool with logging executed successfully");
    },
  },
  test_tool_with_progress: {
    run: async (call) => {
      const { progressToken } = call;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        await call.notify("notifications/progress", { progressToken, progress, total: 100 });
        await pause(50);
      }
      return text(String(progressToken));
    },
  },
  test_error_handling: {
    run: () => {
      throw new Error("This tool intentionally returns an error for testing");
    },
  },
  test_reconnection: {
    run: async (call) => {
      call.closeStream();
      await pause(100);
      return text("Reconnection test completed successfully.");
    },
  },
  test_sampling: {
    args: { prompt: z.string() },
    run: async (call, { prompt = "" }) => {
      const messages = [{ role: "user", content: { type: "text", text: prompt } }];
      const result = await call.ask("sampling/createMessage", { messages, maxTokens: 100 });
      return text(`LLM response: ${JSON.stringify(result["content"])}`);
    },
  },
  test_elicitation: {
    args: { message: z.string() },
    run: (call, { message = "" }) =>
      elicit(call, message, { response: { type: "string" } }, ["response"]),
  },
  test_elicitation_sep1034_defaults: {
    run: (call) => elicit(call, "Please review the form", DEFAULTS, []),
  },
  test_elicitation_sep1330_enums: {
    run: (call) => elicit(call, "Please select options", ENUMS, []),
  },
  test_streaming_elicitation: { run: () => text("result frames only") },
};

const URIS = ["test://static-text", "test://static-binary", "test://watched-resource"] as const;

/** The fixed resources. */
export const resources = URIS.map((uri) => {
  const isBinary = uri === "test://static-binary";
  const mimeType = isBinary ? "image/png" : "text/plain";
  const content = isBinary ? { blob: PIXEL } : { text: `This is the content of ${uri}.` };
  return { uri, mimeType, read: () => ({ contents: [{ uri, mimeType, ...content }] }) };
});

export const TEMPLATE = "test://template/{id}/data";

export const readTemplate = (uri: URL, { id }: Readonly<Record<string, string | string[]>>) => ({
  contents: [
    {
      uri: uri.href,
      mimeType: "application/json",
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
    },
  ],
});

const message = (content: object) => ({ role: "user" as const, content }) as PromptLine;
type PromptLine = {
  readonly role: "user";
  readonly content: { readonly type: "text"; readonly text: string };
};
const line = (value: string) => message({ type: "text", text: value });

interface SharedPrompt {
  readonly args?: Readonly<Record<string, z.ZodString>>;
  readonly get: (args: Readonly<Record<string, string>>) => { messages: PromptLine[] };
}

export const sharedPrompts: Readonly<Record<string, SharedPrompt>> = {
  test_simple_prompt: { get: () => ({ messages: [line("This is a simple prompt for testing.")] }) },
  test_prompt_with_arguments: {
    args: { arg1: z.string(), arg2: z.string() },
    get: ({ arg1, arg2 }) => ({
      messages: [line(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
    }),
  },
  test_prompt_with_embedded_resource: {
    args: { resourceUri: z.string() },
    get: ({ resourceUri: uri = "" }) => ({
      messages: [
        message({
          type: "resource",
          resource: { uri, mimeType: "text/plain", text: "Embedded resource content." },
        }),
        line("Please process the embedded resource above."),
      ],
    }),
  },
  test_prompt_with_image: {
    get: () => ({ messages: [message(image), line("Please analyze the image above.")] }),
  },
};
