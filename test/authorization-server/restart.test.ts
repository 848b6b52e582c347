import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import type { AccessToken } from "scope-policy";
import { expect, it, onTestFinished } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy } from "../../examples/movementors/policy.js";
import { boxesOf } from "./form-browser.js";
import { approve, grantOf, visit } from "./visit.js";

const SCOPE = "read:profile read:classes read:bookings mcp:tools offline_access";

/** Starts a server that keeps everything in a folder, and returns how to start it again on the same port. */
async function startOnDisk() {
  const folder = mkdtempSync(join(tmpdir(), "scope-policy-"));
  const data = join(folder, "data");
  let running = await start(policy, { data });
  const port = Number(new URL(running.issuer).port);
  onTestFinished(async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    server: (): AuthorizationServer => running,
    restart: async () => {
      await running.close();
      running = await start(policy, { data, port });
    },
  };
}

function claimsOf(token: string): AccessToken {
  const { grant_id, ...claims } = decodeJwt(token);
  return { ...claims, claims: { grant_id } } as unknown as AccessToken;
}

it("a server with a folder goes on after a restart: tokens, refreshes, grants, refusals and revocations", async () => {
  const { server, restart } = await startOnDisk();
  const { client, browser, page, name } = await visit(server(), SCOPE);
  const end = await browser.submit(page, approve("read:classes", "mcp:tools", "offline_access"));
  const { access_token = "", refresh_token = "" } = await client.exchange(end.url);

  await restart();
  const { jwks, issuer, resource } = server();
  await jwtVerify(access_token, createRemoteJWKSet(jwks), { issuer, audience: resource });
  expect(server().isRevoked(claimsOf(access_token))).toBe(false);
  const next = await client.refresh(refresh_token);
  expect(next).toMatchObject({
    status: 200,
    scope: expect.stringContaining("read:classes") as unknown,
  });
  const apps = await browser.go("/settings/connected-apps");
  expect(apps.html).toContain(name);
  const again = await browser.go(client.authorize({ scope: SCOPE, prompt: "consent" }));
  expect(boxesOf(again).find((box) => box.scope === "read:classes")?.checked).toBe(true);
  expect(again.html).toContain("You did not allow this before.");

  const after = await browser.submit(apps, [["grantId", grantOf(apps, name)]]);
  expect(after.html).not.toContain(name);
  await restart();
  expect(server().isRevoked(claimsOf(access_token))).toBe(true);
  expect(server().isRevoked(claimsOf(next.access_token ?? ""))).toBe(true);
  expect((await client.refresh(next.refresh_token ?? "")).status).toBe(400);
  expect((await browser.go("/settings/connected-apps")).html).not.toContain(name);
});

it("a server says that its port is in use", async () => {
  const { server } = await startOnDisk();
  const port = Number(new URL(server().issuer).port);
  await expect(start(policy, { port })).rejects.toThrow("EADDRINUSE");
});
