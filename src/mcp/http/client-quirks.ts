import type { McpChallenge } from "../shared/shared-options.js";

/**
 * Clients that do not request more scope after a 403, by their `User-Agent`. ChatGPT reads a challenge in a tool result. Codex,
 * opencode and the AI SDK show a 403 as a broken connection; the AI SDK appends its name to that of the host. The name affects
 * only the form of a denial.
 */
const TOOL_RESULT_CLIENTS = [
  /^openai-mcp\b/i,
  /^chatgpt/i,
  /^codex/i,
  /(?:^| )opencode\//i,
  /(?:^| )ai-sdk\//i,
];

/** Returns the form of a denial for missing scope that a client understands. */
export function challengeFor(
  challenge: McpChallenge,
  userAgent: string | undefined,
): Exclude<McpChallenge, "auto"> {
  if (challenge !== "auto") return challenge;
  const usesToolResult = TOOL_RESULT_CLIENTS.some((pattern) => pattern.test(userAgent ?? ""));
  return usesToolResult ? "tool-result" : "http";
}
