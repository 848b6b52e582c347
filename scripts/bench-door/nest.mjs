import { createBenchAuthorizer, createHandWrittenCheck, createLookup, PATH } from "./issued.mjs";

/** @import { Contender } from "./issued.mjs" */
/** @import { ExecutionContext } from "@nestjs/common" */

/** @type {(context: ExecutionContext) => import("node:http").IncomingMessage} */
const requestOf = (context) => context.switchToHttp().getRequest();

/**
 * Starts an application on Express with one controller. `decorate` returns the decorator of its method.
 *
 * @param {() => Promise<MethodDecorator> | undefined} decorate
 * @returns {Promise<import("node:http").Server>}
 */
async function listenNest(decorate) {
  await import("reflect-metadata");
  const { Controller, Get, Module } = await import("@nestjs/common");
  const { NestFactory } = await import("@nestjs/core");
  class Courses {
    list() {
      return { ok: true };
    }
  }
  class App {}
  const method = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(Courses.prototype, "list")
  );
  for (const decorator of [Get(PATH), await decorate()])
    decorator?.(Courses.prototype, "list", method);
  Controller()(Courses);
  Module({ controllers: [Courses] })(App);
  const app = await NestFactory.create(App, { logger: ["error"] });
  await app.listen(0, "127.0.0.1");
  /** @type {unknown} */
  const server = app.getHttpServer();
  return /** @type {import("node:http").Server} */ (server);
}

/** @type {Record<string, Contender>} */
export const NEST = {
  "no gate": () => listenNest(() => undefined),
  "header and Map": (issued) =>
    listenNest(async () => {
      const { UseGuards } = await import("@nestjs/common");
      const isKnown = createLookup(issued);
      return UseGuards({
        canActivate: (context) => isKnown(requestOf(context).headers.authorization),
      });
    }),
  "scope-policy": (issued) =>
    listenNest(async () => {
      const { scopePolicyGuard } = await import("scope-policy/nest");
      return scopePolicyGuard(await createBenchAuthorizer(issued)).endpoint();
    }),
  "jose by hand": (issued) =>
    listenNest(async () => {
      const { UseGuards } = await import("@nestjs/common");
      const check = await createHandWrittenCheck(issued);
      return UseGuards({
        canActivate: async (context) =>
          (await check(requestOf(context).headers.authorization)).isAllowed,
      });
    }),
};
