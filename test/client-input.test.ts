import fc from "fast-check";
import * as core from "scope-policy";
import { AccessDenied } from "scope-policy";
import * as audit from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import { HOSTILE } from "./model/hostile.js";
import { coreRows } from "./sweep/core-rows.js";
import { FACTS } from "./sweep/definition.js";
import { authorizerRows, operationRows, policyRows } from "./sweep/object-rows.js";
import { createScene, type Subject, subjectsOf } from "./sweep/scene.js";
import { titled } from "./titled.js";

// for any value in the place of client input, a function returns a result and never throws

const { policy, authorizer } = createScene();
const SUBJECTS = [
  ...subjectsOf("", core, coreRows(policy)),
  ...subjectsOf("policy", policy, policyRows),
  ...subjectsOf("operation", policy.operation("get_profile"), operationRows),
  ...subjectsOf("authorizer", authorizer, authorizerRows(authorizer)),
];

/** Returns whether an error is a result: `AccessDenied`, for code that continues only if allowed. */
const isDenial = (error: unknown) => error instanceof AccessDenied;

async function expectTotal({ title, call }: Subject, given: readonly unknown[]): Promise<void> {
  try {
    const result = call(...given);
    // a policy may return the hostile value itself, which cannot be awaited
    if (title.startsWith("authorizer.")) await result;
  } catch (error) {
    if (isDenial(error) && title.endsWith("authorize")) return;
    throw error;
  }
}

interface Place {
  readonly subject: Subject;
  readonly at: number;
  readonly title: string;
}

const PLACES: readonly Place[] = SUBJECTS.flatMap((subject) =>
  subject.row.takes.flatMap((position, at) =>
    position === "client" ? [{ subject, at, title: `${subject.title}, argument ${at}` }] : [],
  ),
);

/** Returns some valid arguments of a function, one for each position. */
function samplesOf({ row, call }: Subject): readonly (readonly unknown[])[] {
  const good = row.samples.filter((sample) => !isRefused(() => call(...sample)));
  const few = good.filter((_, at) => at % Math.ceil(good.length / 3) === 0);
  return few.map((sample) => row.takes.map((_, at) => sample[at]));
}

/** Returns whether a call is a mistake of the program, which throws for any client input. */
function isRefused(run: () => unknown): boolean {
  try {
    // an authorizer rejects with denials, which are results
    void Promise.resolve(run()).catch(() => undefined);
    return false;
  } catch (error) {
    return error instanceof core.PolicyError;
  }
}

const fall = (): never => {
  throw new Error("a trap that no function should call");
};

const TRAPS = [
  "get",
  "has",
  "ownKeys",
  "getOwnPropertyDescriptor",
  "getPrototypeOf",
] as const satisfies readonly (keyof ProxyHandler<object>)[];

/** Names that the functions read, so that they find hostile values. */
const NAMES = ["accountID", "a", "scope", "sub", "decision", "scopes", "id", "redirect_uris"];

type Make = () => unknown;

/** Creates any value, and proxies with throwing traps. It generates functions, because fast-check itself would call the traps. */
const anything: fc.Arbitrary<Make> = fc.letrec<{ value: Make }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .anything({
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withSet: true,
        withSparseArray: true,
        withTypedArray: true,
      })
      .map((value) => () => value),
    fc
      .constantFrom("courses:read", "approve", "/accounts/a/profile.read", "")
      .map((value) => () => value),
    made(tie("value")),
    fc.tuple(made(tie("value")), fc.subarray([...TRAPS])).map(([make, traps]) => () => {
      const handler = Object.fromEntries(traps.map((trap) => [trap, fall]));
      return new Proxy<object>(make(), handler);
    }),
  ),
})).value;

/** Creates lists, objects and functions. */
function made(member: fc.Arbitrary<Make>): fc.Arbitrary<() => object> {
  const list = fc.array(member, { maxLength: 3 });
  const object = fc.dictionary(fc.constantFrom(...NAMES), member);
  return fc.oneof(
    list.map((items) => () => items.map((make) => make())),
    object.map(
      (members) => () =>
        Object.fromEntries(Object.entries(members).map(([name, make]) => [name, make()])),
    ),
    fc.constant(() => fall),
  );
}

describe("a hostile value", () => {
  it.each(titled(PLACES))("does not make a function throw: %s", async (_title, { subject, at }) => {
    for (const sample of samplesOf(subject)) {
      for (const value of HOSTILE.values()) await expectTotal(subject, sample.with(at, value));
    }
    expect(subject.row.takes[at]).toBe("client");
  });
});

describe("any generated value", () => {
  it.each(titled(PLACES))("does not make a function throw: %s", async (_title, { subject, at }) => {
    const [sample = []] = samplesOf(subject);
    await fc.assert(
      fc.asyncProperty(anything, (make) => expectTotal(subject, sample.with(at, make()))),
      { numRuns: 200 },
    );
    expect(subject.row.takes[at]).toBe("client");
  });
});

/** Members that a client registers. */
const SENT: readonly (readonly [part: "client" | "facts", member: string])[] = [
  ...["client_name", "redirect_uri", "client_uri", "logo_uri", "policy_uri", "tos_uri"],
  ...["scope", "token_endpoint_auth_method"],
].map((member) => ["client", member] as const);

const SENT_FACTS = ["requested", "granted", "locale", "prompt", "id"].map(
  (member) => ["facts", member] as const,
);

const CONSENT: readonly Subject[] = SUBJECTS.filter(({ title }) =>
  ["consentScreen", "droppedScopes", "resolveConsent"].includes(title),
);

describe("the facts of a consent", () => {
  const [, , facts] = FACTS;

  it.each([...SENT, ...SENT_FACTS])(
    "can have any value in the %s as `%s`",
    async (part, member) => {
      const withValue = (value: unknown) =>
        part === "client"
          ? { ...facts, client: { ...facts.client, [member]: value } }
          : { ...facts, [member]: value };
      const ask = async (value: unknown) => {
        for (const subject of CONSENT) {
          const rest = subject.title === "resolveConsent" ? [{ decision: "approve" }, {}] : [{}];
          await expectTotal(subject, [policy, withValue(value), ...rest]);
        }
      };
      for (const value of HOSTILE.values()) await ask(value);
      await fc.assert(
        fc.asyncProperty(anything, (make) => ask(make())),
        { numRuns: 100 },
      );
      expect(CONSENT.length).toBe(3);
    },
  );

  it.each(["id", "used", "requested", "user", "account", "granted", "grantedPolicyVersion"])(
    "can have `%s: undefined`, which means the same as no member",
    (name) => {
      const without = Object.fromEntries(Object.entries(facts).filter(([one]) => one !== name));
      const left = { ...without, [name]: undefined } as unknown as core.ConsentFacts;
      expect(core.consentScreen(policy, left)).toEqual(
        core.consentScreen(policy, without as unknown as core.ConsentFacts),
      );
    },
  );

  it("can have refusals that are not objects, which are ignored", () => {
    const refused = ["courses:read", null, 7, ...facts.refused] as never;
    expect(core.consentScreen(policy, { ...facts, refused })).toEqual(
      core.consentScreen(policy, facts),
    );
  });

  it.each([
    ["user", "Ada"],
    ["account", "free"],
    ["refused", "courses:read"],
    ["client", undefined],
  ])("are rejected if `%s` has another type", (path, value) => {
    expect(() => core.consentScreen(policy, { ...facts, [path]: value })).toThrow(
      expect.objectContaining({
        code: "ERR_OPTIONS_INVALID",
        findings: [expect.objectContaining({ path })],
      }) as Error,
    );
  });
});

describe("the details of an audit event of an authorization server", () => {
  const details = { type: "consent", outcome: "denied" } as const;
  const sent = ["error", "reason", "client_id", "client_name", "sub", "iss", "scope", "requested"];
  const more = ["removed", "grantId", "grant_type", "jti", "requestId"];

  it.each([...sent, ...more])("can have any value as `%s`", (name) => {
    const write = (value: unknown) =>
      audit.authorizationEvent(policy, { ...details, [name]: value });
    for (const value of HOSTILE.values()) expect(write(value).outcome).toBe("denied");
    fc.assert(
      fc.property(anything, (make) => write(make()).outcome === "denied"),
      { numRuns: 100 },
    );
  });
});

describe("a posted selection", () => {
  it("can be any value, which grants nothing and throws nothing", () => {
    fc.assert(
      fc.property(anything, anything, anything, (decision, scopes, id) => {
        const posted = { decision: decision(), scopes: scopes(), id: id() };
        for (const selection of [decision(), posted]) {
          const outcome = core.resolveConsent(policy, FACTS[2], selection as never);
          expect(outcome.ok).toBe(false);
        }
      }),
    );
  });
});

describe("a program's mistake", () => {
  const labels = [...HOSTILE.keys()];

  it.each(labels)("throws a PolicyError at most if it passes %s as a set of scopes", (label) => {
    try {
      expect(core.formatScope(HOSTILE.get(label) as never)).toBeTypeOf("string");
    } catch (error) {
      expect(error).toMatchObject({ name: "PolicyError", code: "ERR_SCOPE_INVALID" });
    }
  });

  it.each(labels)("throws a PolicyError if it passes %s as a name of the policy", (label) => {
    const named = HOSTILE.get(label) as never;
    for (const use of [
      () => policy.bindScope(named, {}),
      () => policy.bundleScope(named),
      () => policy.operation(named),
    ]) {
      expect(use).toThrow(expect.objectContaining({ name: "PolicyError" }) as Error);
    }
  });
});
