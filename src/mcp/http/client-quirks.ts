import type { McpChallenge } from "../shared/shared-options.js";

/**
 * Clients that do not request more scope after a 403, by the start of their `User-Agent`. ChatGPT reads a challenge in a tool
 * result, Claude Code shows a 403 as an expired token, Codex never asks for more. The name affects only the form of a denial.
 */
const TOOL_RESULT_CLIENTS = [/^openai-mcp\b/i, /^chatgpt/i, /^claude-code\b/i, /^codex/i];

/** Returns the form of a denial for missing scope that a client understands. */
export function challengeFor(
  challenge: McpChallenge,
  userAgent: string | undefined,
): Exclude<McpChallenge, "auto"> {
  if (challenge !== "auto") return challenge;
  const usesToolResult = TOOL_RESULT_CLIENTS.some((pattern) => pattern.test(userAgent ?? ""));
  return usesToolResult ? "tool-result" : "http";
}
