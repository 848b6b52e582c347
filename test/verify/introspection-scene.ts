import type { Verify } from "../../src/resource-server/token-verifier.js";
import {
  type IntrospectionVerifierOptions,
  introspectionVerifier,
} from "../../src/verify/introspection.js";
import { AUDIENCE, createTestClock, ISSUER, inSeconds } from "./fixtures.js";

/** Response of an introspection endpoint for an active token. */
export const ACTIVE: Readonly<Record<string, unknown>> = {
  active: true,
  scope: "courses:read",
  client_id: "app-1",
  sub: "user-1",
  aud: AUDIENCE,
  iss: ISSUER,
  exp: inSeconds(300),
  token_type: "Bearer",
};

export const INTROSPECTION = {
  endpoint: "https://as.example.com/introspect",
  issuer: ISSUER,
  clientId: "api",
  clientSecret: "secret",
  audience: AUDIENCE,
  now: () => inSeconds(0),
} satisfies IntrospectionVerifierOptions;

/** Options that a program without types could pass. Members that are `undefined` are left out. */
export type Loose = Partial<Record<keyof IntrospectionVerifierOptions, unknown>>;

export interface Scene {
  readonly clock: ReturnType<typeof createTestClock>;
  readonly requests: RequestInit[];
  readonly verify: Verify;
  answer: unknown;
}

/** Creates a verifier whose server returns the response that a test sets. */
export function createScene(options: Loose = {}, answer: unknown = ACTIVE): Scene {
  const clock = createTestClock();
  const requests: RequestInit[] = [];
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    requests.push(init);
    return Response.json(scene.answer);
  };
  const all = Object.fromEntries(
    Object.entries({ ...INTROSPECTION, now: clock.now, fetch, ...options }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const verify = introspectionVerifier(all as unknown as IntrospectionVerifierOptions);
  const scene: Scene = { clock, requests, verify, answer };
  return scene;
}
