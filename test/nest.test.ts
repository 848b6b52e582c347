import "reflect-metadata";
import { type INestApplication, Module, UseGuards, VersioningType } from "@nestjs/common";
import { RouterModule } from "@nestjs/core";
import fc from "fast-check";
import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type NestGateOptions, type NestRequest, scopePolicyGuard } from "scope-policy/nest";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { distinctionsOf } from "../src/nest/platform.js";
import {
  createController,
  createNest,
  listenNest,
  type NestHandler,
  PLATFORMS,
  type Platform,
  type RouterSettings,
} from "./contract/nest-subject.js";
import { describeReportOnly, REPORTED_ROUTES } from "./contract/report-only.js";
import { type Running, summaryOf } from "./contract/subject.js";
import { send } from "./contract/wire.js";

const NAMES = Object.keys(PLATFORMS) as Platform[];
const open: Running[] = [];
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((running) => running.close()));
});

for (const name of NAMES) {
  describeReportOnly({
    name,
    start: async (gated) => {
      const gate =
        gated && scopePolicyGuard(gated.authorizer, { dangerouslyReportOnly: gated.isReportOnly });
      const handlers = REPORTED_ROUTES.map(({ method, path, operation }) => {
        const before = operation.includes(" ") ? gate?.endpoint() : gate?.(operation);
        return {
          name: operation.replace(/\W/g, "_"),
          method,
          path,
          decorators: before === undefined ? [] : [before],
          run: ({ params }: NestRequest) => ({ operation, params }),
        };
      });
      const running = await listenNest(await createNest(name, [createController("", handlers)]));
      return { ...running, ...(gate && { report: () => gate.report() }) };
    },
  });
}

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  tools: {
    get_settings: "school:read",
    account: "/accounts/{accountID}/read",
    search: { public: true },
  },
  endpoints: { "GET /api/v1/projects/{project}": "school:read" },
});

const createGate = (options: NestGateOptions = {}, events: AuditEvent[] = []) =>
  scopePolicyGuard(
    createAuthorizer({
      policy,
      resource: "https://api.example.com/",
      verify: (rawToken) =>
        rawToken === "ann" ? { sub: "ann", scope: "school:read /accounts/7/read" } : undefined,
      audit: (event) => void events.push(event),
      onRejected: () => undefined,
    }),
    options,
  );

const handler = (
  path: string,
  decorators: readonly MethodDecorator[],
  run: NestHandler["run"] = () => "ok",
  method = "GET",
): NestHandler => ({ name: `at${path.replace(/\W/g, "_")}`, method, path, decorators, run });

const askOf = async (app: Awaited<ReturnType<typeof createNest>>) => {
  const running = await listenNest(app);
  open.push(running);
  return (path: string, token?: string, method = "GET") => {
    const headers = token === undefined ? [] : [`Authorization: Bearer ${token}`];
    return send(running.port, { method, path, headers });
  };
};

const findingsOf = (check: () => void): readonly string[] => {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.findings.map(({ code, path }) => `${code} ${path}`);
  }
};

const ONLY = { under: "/", except: ["/api"] };

describe.each(NAMES)("the gate of %s", (platform) => {
  it("is a decorator of methods and controllers, and a guard for `UseGuards`", async () => {
    const gate = createGate();
    const token = (request: NestRequest) => String(gate.token(request).sub);
    const app = await createNest(platform, [
      createController("a", [
        handler("decorated", [gate("get_settings")], token),
        handler("used", [UseGuards(gate("get_settings"))], token),
        handler("public", [gate.public()]),
        handler("elsewhere", [gate.elsewhere("the session")]),
      ]),
      createController("b", [handler("x", [], token)], [gate("get_settings")]),
    ]);
    app.useGlobalGuards(gate);
    gate.assertCovers(app, ONLY);
    const ask = await askOf(app);
    for (const path of ["/a/decorated", "/a/used", "/b/x"]) {
      expect(summaryOf(await ask(path, "ann"))).toBe("200 ann");
      expect(summaryOf(await ask(path))).toBe("401 unauthenticated");
    }
    for (const path of ["/a/public", "/a/elsewhere"])
      expect(summaryOf(await ask(path))).toBe("200 ok");
  });

  it("refuses a handler without a gate if it is the global guard, and lists it in any case", async () => {
    const [gate, other] = [createGate(), createGate()];
    const open = createController("", [
      handler("/open", []),
      handler("/other", [other("search")]),
      handler("/search", [gate("search")]),
      handler("/saved", [], () => "ok", "POST"),
    ]);
    const app = await createNest(platform, [open]);
    app.useGlobalGuards(gate);
    expect(findingsOf(() => gate.assertCovers(app, ONLY))).toEqual([
      "unmapped_route GET /open (Generated.at_open)",
      "unmapped_route GET /other (Generated.at_other)",
      "unmapped_route POST /saved (Generated.at_saved)",
    ]);
    const ask = await askOf(app);
    expect(summaryOf(await ask("/open", "ann"))).toBe("403 unknown_operation");
    expect(summaryOf(await ask("/open"))).toBe("403 unknown_operation");
    expect(summaryOf(await ask("/other", "ann"))).toBe("403 unknown_operation");
    expect(summaryOf(await ask("/search"))).toBe("200 ok");
  });

  it("knows the whole path, with the global prefix and the version", async () => {
    const gate = createGate();
    const projects = createController("projects", [
      handler(":p", [gate.endpoint()], ({ params }) => params),
    ]);
    const app = await createNest(platform, [projects]);
    app.setGlobalPrefix("api");
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: "1" });
    gate.assertCovers(app);
    const ask = await askOf(app);
    expect(summaryOf(await ask("/api/v1/projects/7", "ann"))).toBe('200 {"p":"7"}');
    expect(summaryOf(await ask("/api/v1/projects/%37", "ann"))).toBe("403 unknown_operation");
    expect(summaryOf(await ask("/api/v1/projects/7"))).toBe("401 unauthenticated");
    gate.assertCovers(app);
  });

  it("knows the path of a module", async () => {
    const gate = createGate();
    class Inner {}
    Module({ controllers: [createController("projects", [handler(":p", [gate.endpoint()])])] })(
      Inner,
    );
    const paths = RouterModule.register([{ path: "api/v1", module: Inner }]);
    const app = await createNest(platform, [], {}, [Inner, paths]);
    await app.init();
    gate.assertCovers(app);
    const ask = await askOf(app);
    expect(summaryOf(await ask("/api/v1/projects/7", "ann"))).toBe("200 ok");
  });

  it("writes denials as every gate does, and no body for HEAD", async () => {
    const ask = await askOf(
      await createNest(platform, [
        createController("", [handler("/s", [createGate()("get_settings")])]),
      ]),
    );
    const [get, head] = [await ask("/s"), await ask("/s", undefined, "HEAD")];
    // Fastify adds the charset
    expect(get.headers.get("content-type")?.[0]).toMatch(/^application\/problem\+json/);
    expect(get.headers.get("www-authenticate")?.[0]).toMatch(/^Bearer /);
    expect([head.status, head.body]).toEqual([401, ""]);
  });

  it("reports the status that the client got as a second event", async () => {
    const events: AuditEvent[] = [];
    const run = () => {
      throw new Error("boom");
    };
    const gate = createGate({}, events);
    const ask = await askOf(
      await createNest(platform, [
        createController("", [
          handler("/s", [gate("get_settings")]),
          handler("/boom", [gate("get_settings")], run),
        ]),
      ]),
    );
    for (const path of ["/s?a=1", "/boom"]) await ask(path, "ann");
    await ask("/s");
    const answered = events.filter(({ kind }) => kind === "answered");
    expect(answered.map(({ status }) => status)).toEqual([200, 500, 401]);
    const first = events.filter(({ kind }) => kind === undefined);
    expect(answered.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(JSON.stringify(first[0]?.arguments)).toContain('"a"');
  });

  it("runs no handler and writes nothing if another response was sent in the meantime", async () => {
    let runs = 0;
    const gate = createGate({ authenticate: () => ({ scope: "/accounts/7/read" }) });
    const params = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { accountID: "7" };
    };
    const app = await createNest(platform, [
      createController("", [
        handler("/s", [gate("account", { params })], () => {
          runs += 1;
        }),
      ]),
    ]);
    app.use((_req: unknown, res: { end(text: string): void }, next: () => void) => {
      setTimeout(() => res.end("sent"), 5);
      next();
    });
    const ask = await askOf(app);
    expect((await ask("/s")).body).toBe("sent");
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(runs).toBe(0);
  });

  it("serves the metadata of the resource", async () => {
    const app = await createNest(platform, []);
    app.use(createGate().metadata());
    const ask = await askOf(app);
    const path = "/.well-known/oauth-protected-resource";
    const { status, headers } = await ask(path);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, ["*"]]);
    expect(summaryOf(await ask(path, undefined, "OPTIONS"))).toBe("204 ");
    expect((await ask("/other")).status).toBe(404);
  });

  it("counts a mark of another authorizer on a method and on a controller", async () => {
    const [gate, other] = [createGate(), createGate()];
    const app = await createNest(platform, [
      createController("a", [handler("x", [other.public()]), handler("open", [])]),
      createController("b", [handler("y", [])], [other.elsewhere("theirs")]),
    ]);
    expect(findingsOf(() => gate.assertCovers(app, ONLY))).toEqual([
      "unmapped_route GET /a/open (Generated.atopen)",
    ]);
  });

  it("reports `trailingSlash` and `caseSensitive` where the platform distinguishes what the gate ignores", async () => {
    const findings = async (options: NestGateOptions, router: RouterSettings) => {
      const gate = createGate(options);
      const controller = createController("api/v1/projects", [handler(":p", [gate.endpoint()])]);
      const app = await createNest(platform, [controller], router);
      return findingsOf(() => gate.assertCovers(app));
    };
    const IGNORE = { trailingSlash: "ignore", caseSensitive: false } as const;
    const slash = "trailing_slash trailingSlash";
    const letters = "letter_case caseSensitive";
    const isExpress = platform === "Nest on Express";
    expect(await findings(IGNORE, {})).toEqual(isExpress ? [] : [slash, letters]);
    for (const isSlashIgnored of [true, false]) {
      for (const isCaseIgnored of [true, false]) {
        const router = { isSlashIgnored, isCaseIgnored };
        expect(await findings({}, router)).toEqual([]);
        expect(await findings(IGNORE, router)).toEqual([
          ...(isSlashIgnored ? [] : [slash]),
          ...(isCaseIgnored ? [] : [letters]),
        ]);
      }
    }
  });

  it("reports each route that a request reaches without a gate, in generated applications", async () => {
    const gate = createGate();
    const mark = fc.constantFrom("none" as const, "gate" as const);
    const controllers = fc.array(
      fc.record({ gate: mark, methods: fc.array(mark, { minLength: 1, maxLength: 3 }) }),
      { minLength: 1, maxLength: 3 },
    );
    let [count, complete] = [0, 0];
    await fc.assert(
      fc.asyncProperty(controllers, async (given) => {
        const reached = new Set<string>();
        const decorators = { none: [], gate: [gate("search")] };
        const app = await createNest(
          platform,
          given.map(({ gate: kind, methods }, place) =>
            createController(
              `c${place}`,
              methods.map((kind, index) =>
                handler(`m${index}`, decorators[kind], (request) => {
                  try {
                    gate.optionalToken(request);
                  } catch {
                    reached.add(`unmapped_route GET /c${place}/m${index} (Generated.atm${index})`);
                  }
                  return "ok";
                }),
              ),
              decorators[kind],
            ),
          ),
        );
        const reported = findingsOf(() => gate.assertCovers(app, ONLY));
        const running = await listenNest(app);
        for (const [place, { methods }] of given.entries()) {
          for (const index of methods.keys())
            await send(running.port, { method: "GET", path: `/c${place}/m${index}` });
        }
        await running.close();
        count += reached.size;
        if (reached.size === 0) complete += 1;
        expect(reported).toEqual([...reached]);
      }),
      { numRuns: 20, seed: 11 },
    );
    expect(count).toBeGreaterThan(10);
    expect(complete).toBeGreaterThan(2);
  });
});

describe("scopePolicyGuard", () => {
  it("refuses messages of other protocols, and values that are not applications", async () => {
    const gate = createGate();
    const context = {
      getType: () => "rpc",
      getClass: () => class {},
      getHandler: () => () => undefined,
    };
    expect(await gate.canActivate(context as never)).toBe(false);
    expect(await gate("search").canActivate(context as never)).toBe(false);
    expect(await gate.public().canActivate(context as never)).toBe(true);
    expect(() => gate.assertCovers({})).toThrow(PolicyError);
  });
});

it("takes a platform without an instance to distinguish everything", () => {
  const app = { getHttpAdapter: () => ({ getInstance: () => undefined }) };
  expect(distinctionsOf(app as unknown as INestApplication)).toEqual([
    "trailing_slash",
    "letter_case",
  ]);
});
