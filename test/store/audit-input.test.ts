import { describe, expect, it } from "vitest";
import { MAX_PAGE_EVENTS } from "../../src/store/limits.js";
import { titled } from "../titled.js";
import { eventOf, idsOf } from "./audit-cases.js";
import { sceneOf } from "./scene.js";
import { sqliteFiles } from "./sqlite-backend.js";

const USER = { sub: "user-1" };

describe("an audit event that a program passes", () => {
  const { openStore } = sceneOf(() => sqliteFiles);

  it.each<[title: string, event: unknown]>([
    ["nothing", undefined],
    ["a text", "event"],
    ["no id", { ...eventOf(), id: undefined }],
    ["an id with other characters", { ...eventOf(), id: "a.b" }],
    ["no time", { ...eventOf(), time: 7 }],
    ["a time that is not one", { ...eventOf(), time: "yesterday" }],
    ["an id of 65 characters", { ...eventOf(), id: "a".repeat(65) }],
    ["a time before 1970", { ...eventOf(), time: "1969-12-31T23:59:59Z" }],
  ])("is refused if it is %s", async (_title, event) => {
    const store = await openStore();
    await expect(store.audit(event as never)).rejects.toThrow(
      "`event`: expected an event of an authorizer",
    );
  });
});

describe("a page that a program or a client asks for", () => {
  const { openStore } = sceneOf(() => sqliteFiles);

  const wrong: readonly {
    readonly title: string;
    readonly query: unknown;
    readonly path: string;
  }[] = [
    { title: "no query", query: undefined, path: "sub" },
    { title: "no user", query: { client_id: "app-1" }, path: "sub" },
    { title: "a user that is `undefined`", query: { sub: undefined }, path: "sub" },
    { title: "a user that is inherited", query: Object.create(USER), path: "sub" },
    { title: "a user that is not a text", query: { sub: ["user-1"] }, path: "sub" },
    { title: "a page without events", query: { ...USER, limit: 0 }, path: "limit" },
    {
      title: "more events than MAX_PAGE_EVENTS (1,000)",
      query: { ...USER, limit: MAX_PAGE_EVENTS + 1 },
      path: "limit",
    },
    { title: "half an event", query: { ...USER, limit: 1.5 }, path: "limit" },
    { title: "a filter that is a text", query: { ...USER, refused: "false" }, path: "refused" },
    { title: "a member that does not exist", query: { ...USER, client: "x" }, path: "client" },
  ];

  it.each(titled(wrong))("is an error of the program: %s", async (_title, { query, path }) => {
    const { auditLog } = await openStore();
    const findings = [{ path }];
    await expect(auditLog.page(query as never)).rejects.toMatchObject({ findings });
    if (path === "limit") return;
    expect(() => auditLog.export(query as never)).toThrow(path);
  });

  it("is the newest events, for a text of a client that is not a cursor", async () => {
    const { audit, auditLog } = await openStore();
    const event = eventOf();
    await audit(event);
    const texts = [
      "x",
      "1000",
      "1000.",
      "1000.a'b",
      "-1.a",
      `${"9".repeat(17)}.a`,
      `1000.${"a".repeat(65)}`,
      "1000.\u0000",
      "",
    ];
    for (const before of [...texts, 7, null, ["1000.a"], Object("1000.a")]) {
      const { events } = await auditLog.page({ ...USER, before: before as string });
      expect(idsOf(events)).toEqual([event.id]);
    }
  });

  it("is nothing, for a client that did nothing and for a value that is not a client", async () => {
    const { audit, auditLog } = await openStore();
    await audit(eventOf());
    const texts = ["app-2", "\u0000", "x".repeat(2_000), "", "\ud800"];
    for (const client_id of [...texts, 7, null, ["app-1"], { client_id: "app-1" }])
      expect(await auditLog.page({ ...USER, client_id: client_id as string })).toEqual({
        events: [],
      });
  });

  it("is an error of the program: an age that is not a number of seconds", async () => {
    const { auditLog } = await openStore();
    for (const maxAge of [0, -1, 1e10 + 1, Date.now() * 1_000, "90 days"]) {
      await expect(auditLog.prune({ maxAge } as never)).rejects.toThrow("maxAge");
    }
  });
});
