import { createBenchAuthorizer, createHandWrittenCheck, createLookup, PATH } from "./issued.mjs";

/** @import { Contender } from "./issued.mjs" */

/** @type {(install: (router: import("@koa/router").default) => void | Promise<void>) => Promise<import("node:http").Server>} */
async function listenKoa(install) {
  const { default: Koa } = await import("koa");
  const { default: Router } = await import("@koa/router");
  const router = new Router();
  await install(router);
  const app = new Koa();
  app.use(router.routes());
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** @type {import("koa").Middleware} */
const answer = (ctx) => {
  ctx.body = { ok: true };
};

/** @type {Record<string, Contender>} */
export const KOA = {
  "no gate": () => listenKoa((router) => void router.get(PATH, answer)),
  "header and Map": (issued) =>
    listenKoa((router) => {
      const isKnown = createLookup(issued);
      /** @type {import("koa").Middleware} */
      const check = (ctx, next) => {
        if (isKnown(ctx.req.headers.authorization)) return next();
        ctx.status = 401;
        return undefined;
      };
      router.get(PATH, check, answer);
    }),
  "scope-policy": (issued) =>
    listenKoa(async (router) => {
      const { koaGate } = await import("scope-policy/koa");
      const gate = koaGate(await createBenchAuthorizer(issued));
      router.get(PATH, gate.endpoint(), answer);
    }),
  "jose by hand": (issued) =>
    listenKoa(async (router) => {
      const check = await createHandWrittenCheck(issued);
      /** @type {import("koa").Middleware} */
      const guard = async (ctx, next) => {
        const { payload, isAllowed } = await check(ctx.get("authorization"));
        if (!isAllowed) ctx.throw(403);
        ctx.state["user"] = payload;
        await next();
      };
      router.get(PATH, guard, answer);
    }),
};
