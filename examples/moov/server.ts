// node scripts/run.mjs examples/moov/server.ts
//
// A payments API behind Express: endpoints of the policy by their route, and tools on routes of their own. A scope holds the
// account that it is for, and the route's parameter of the same name says which account a request is about.
import express from "express";
import { createAuthorizer } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { jwtVerifier } from "scope-policy/verify";
import { startLocalIssuer } from "../local-issuer.js";
import { addressOf, type RunningExample, serveIfMain, stop } from "../serve.js";
import { policy } from "./policy.js";

/** Starts the server on a free port of the loopback interface, with an issuer beside it. */
export async function start(): Promise<RunningExample> {
  const app = express();
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const resource = `${addressOf(server)}/`;
  const issuer = await startLocalIssuer(resource);
  const gate = expressGate(
    createAuthorizer({
      policy,
      verify: jwtVerifier({
        issuer: issuer.issuer,
        audience: resource,
        jwks: issuer.jwks,
        algorithms: ["RS256"],
      }),
      resource,
      authorizationServers: [issuer.issuer],
    }),
  );
  const profiles = new Map<string, unknown>();

  app.use(gate.metadata());
  app.get("/ping", gate.endpoint(), (_req, res) => void res.json({ pong: true }));
  app.post("/accounts", gate.endpoint(), (req, res) => {
    const accountID = `account-${profiles.size + 7}`;
    profiles.set(accountID, { createdBy: gate.token(req).client_id });
    res.status(201).json({ accountID });
  });
  app.put("/accounts/:accountID", gate.endpoint(), express.json(), (req, res) => {
    profiles.set(req.params.accountID, req.body);
    res.json({ accountID: req.params.accountID, profile: profiles.get(req.params.accountID) });
  });
  app.get("/accounts/:accountID/wallets/:walletID", gate.endpoint(), (req, res) => {
    res.json({ walletID: req.params.walletID, balance: 0 });
  });

  // tools of the policy, on routes that its `endpoints` do not name
  app.get("/accounts/:accountID/cards", gate("list_cards"), (_req, res) => void res.json([]));
  app.post("/accounts/:accountID/cards", gate("add_card"), (req, res) => {
    res.status(201).json({ accountID: req.params.accountID, cardID: "card-1" });
  });
  // "The account ID for transfers related scopes should be the platform account ID."
  app.post("/accounts/:platformAccountID/transfers", gate("create_transfer"), (req, res) => {
    res.status(201).json({ from: req.params.platformAccountID, transferID: "transfer-1" });
  });
  gate.assertCovers(app);

  return {
    url: resource,
    issuer,
    close: async () => {
      await Promise.all([stop(server), issuer.close()]);
    },
  };
}

await serveIfMain(import.meta.url, start, async ({ url, issuer }) => {
  const token = await issuer.issue({ scope: "/ /accounts/account-7/profile.write" });
  return [
    `a token for ${url} with / and /accounts/account-7/profile.write, good for five minutes:`,
    token,
    "a call that it may make, and one about another account:",
    `curl -s ${url}ping -H "authorization: Bearer $TOKEN"`,
    `curl -s -i -X PUT ${url}accounts/account-8 -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '{}'`,
  ];
});
