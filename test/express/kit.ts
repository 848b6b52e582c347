import { createRequire } from "node:module";
import express5, { type Express, type Request, type Response, type Router } from "express";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import { expressGate } from "../../src/express.js";

export type Make = typeof express5;

// the alias has no types of its own; those of Express 5 cover everything in these files
const express4 = createRequire(import.meta.url)("express4") as Make;

export const VERSIONS: readonly { readonly version: 4 | 5; readonly make: Make }[] = [
  { version: 4, make: express4 },
  { version: 5, make: express5 },
];

/** Returns a gate of an authorizer of its own. */
export function gateOf(rules: object) {
  const policy = loadPolicy({ name: "Accounts", version: "1", ...rules });
  return expressGate(createAuthorizer({ policy, verify: () => undefined }));
}

export type Gate = ReturnType<typeof gateOf>;

export const createGate = (): Gate =>
  gateOf({
    scopes: { read: {}, "/accounts/{accountID}/read": {}, "/accounts/{a}/users/{b}": {} },
    tools: {
      plain: "read",
      account: "/accounts/{accountID}/read",
      both: "/accounts/{a}/users/{b}",
    },
  });

export const ok = (_req: Request, res: Response) => void res.send("ok");
export const params = (req: Request) => ({ accountID: req.get("X-Account") });

export interface Kit {
  readonly app: Express;
  readonly gate: Gate;
  readonly make: Make;
  /** A router with one route. */
  readonly route: (path: string | RegExp | string[], mergeParams?: boolean) => Router;
  /** A router that mounts another one. */
  readonly nest: (path: string, inner: Router, mergeParams?: boolean) => Router;
}

/** Returns the findings of a check, each as code and path. */
export function findingsOf(check: () => void): readonly string[] {
  try {
    check();
  } catch (error) {
    return (error as PolicyError).findings.map(({ code, path }) => `${code} ${path}`);
  }
  return [];
}
