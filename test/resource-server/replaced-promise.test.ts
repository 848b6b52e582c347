import { createServer } from "node:http";
import express from "express";
import { type AuthorizerOptions, createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listen } from "../contract/listen.js";
import { titled } from "../titled.js";

// A library of the host can replace the global `Promise`, as zone.js does. What `async` functions return is not an instance of the new class.

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { read: {} },
  tools: { list: "read" },
  endpoints: { "GET /list": "read" },
});
const verify = () => ({ scope: "read" });
const fail = async () => {
  throw new Error("down");
};

const ROWS = titled([
  { title: "async `verify`", callbacks: { verify: async () => verify() }, code: "allowed" },
  { title: "async `subject`", callbacks: { verify, subject: async () => ({}) }, code: "allowed" },
  {
    title: "a token that is not revoked",
    callbacks: { verify, isRevoked: async () => false },
    code: "allowed",
  },
  {
    title: "a revoked token",
    callbacks: { verify, isRevoked: async () => true },
    code: "invalid_token",
  },
  {
    title: "a token that async `verify` does not know",
    callbacks: { verify: async () => undefined },
    code: "invalid_token",
  },
  {
    title: "an outage of `isRevoked`",
    callbacks: { verify, isRevoked: fail },
    code: "temporarily_unavailable",
  },
  { title: "async `audit`", callbacks: { verify, audit: async () => undefined }, code: "allowed" },
  {
    title: "an outage of `audit`",
    callbacks: { verify, audit: fail },
    code: "temporarily_unavailable",
  },
]);
const STATUS: Readonly<Record<string, number>> = {
  allowed: 200,
  invalid_token: 401,
  temporarily_unavailable: 503,
};

const NativePromise = Promise;

describe.each(
  titled([
    { title: "the engine's", Replacement: NativePromise },
    { title: "a class of its own", Replacement: class Own<T> extends NativePromise<T> {} },
  ]),
)("with a global `Promise` that is %s", (_, { Replacement }) => {
  beforeEach(() => {
    vi.stubGlobal("Promise", Replacement);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const authorizerOf = (callbacks: Omit<AuthorizerOptions, "policy">) =>
    createAuthorizer({
      policy,
      onOutage: () => undefined,
      onRejected: () => undefined,
      ...callbacks,
    });

  it.each(ROWS)(
    "an authorizer reads the result of the callback: %s",
    async (_, { callbacks, code }) => {
      const authorizer = authorizerOf(callbacks);
      const admission = await authorizer.admit({ authorization: "Bearer a", operation: "list" });
      const decided = await authorizer.decide("a", "list");
      expect([admission.decision.code, decided.decision.code]).toEqual([code, code]);
    },
  );

  it.each(ROWS)("a gate reads the result of the callback: %s", async (_, { callbacks, code }) => {
    const gate = expressGate(authorizerOf(callbacks));
    const app = express();
    app.get("/list", gate.endpoint(), (_request, response) => void response.json({}));
    const running = await listen(createServer(app));
    try {
      const headers = { authorization: "Bearer a" };
      const { status } = await fetch(`http://127.0.0.1:${running.port}/list`, { headers });
      expect(status).toBe(STATUS[code]);
    } finally {
      await running.close();
    }
  });
});
