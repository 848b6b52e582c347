// tRPC: one middleware decides every procedure by the operation in its `meta`. A misspelt operation does not compile, and a procedure
// without an operation is denied as unknown.
import { initTRPC, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createAuthorizer, type DenialResponse, definePolicy, type ToolOf } from "scope-policy";
import { z } from "zod";

const policy = definePolicy({
  name: "Payments",
  version: "1",
  scopes: {
    "accounts:read": "See your accounts",
    "/accounts/{accountID}/transfers.write": "Make transfers of one account",
  },
  tools: {
    list_accounts: "accounts:read",
    create_transfer: "/accounts/{accountID}/transfers.write",
    get_rates: { public: true },
  },
});
// a stub: use `jwtVerifier` or `introspectionVerifier` of `scope-policy/verify`
const tokens = new Map([
  ["reader", { sub: "user-1", scope: "accounts:read" }],
  ["payer", { sub: "user-1", scope: "/accounts/7/transfers.write" }],
]);
const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => tokens.get(rawToken),
  resource: "https://api.example.com/",
});

const CODES = new Map([
  [400, "BAD_REQUEST"],
  [401, "UNAUTHORIZED"],
  [402, "PAYMENT_REQUIRED"],
  [403, "FORBIDDEN"],
  [503, "SERVICE_UNAVAILABLE"],
] as const);

/** A denial with the response that the authorizer made for it. */
class CallDenied extends TRPCError {
  readonly answer: DenialResponse;

  constructor(answer: DenialResponse) {
    const code = new Map<number, TRPCError["code"]>(CODES).get(answer.status) ?? "FORBIDDEN";
    super({ code, message: answer.body.detail });
    this.answer = answer;
  }
}

const t = initTRPC
  .context<{ readonly authorization: string | undefined }>()
  .meta<{ readonly operation: ToolOf<typeof policy> }>()
  .create({
    // each call of a batch has its own denial: code, scope to ask for, tier
    errorFormatter: ({ shape, error }) =>
      error instanceof CallDenied
        ? { ...shape, data: { ...shape.data, denial: error.answer.body } }
        : shape,
  });

// the only procedure to export: `t.procedure` has no gate
const procedure = t.procedure.use(async ({ ctx, meta, path, getRawInput, next }) => {
  const { authorization } = ctx;
  const operation = meta?.operation ?? `procedure ${path}`; // no such operation: denied
  // before the schema, as in every gate: a schema must not convert a parameter that decides
  const admission = await authorizer.admit({
    authorization,
    operation,
    params: await getRawInput(),
  });
  if (admission.kind === "refused") throw new CallDenied(admission.answer);
  return next({ ctx: { token: admission.token } });
});

const router = t.router({
  accounts: procedure
    .meta({ operation: "list_accounts" })
    .query(({ ctx }) => ({ accountsOf: ctx.token?.sub })),
  transfer: procedure
    .meta({ operation: "create_transfer" })
    .input(z.object({ accountID: z.string(), amount: z.number() }))
    .mutation(({ ctx, input }) => ({ from: input.accountID, by: ctx.token?.sub })),
  rates: procedure.meta({ operation: "get_rates" }).query(() => ({ EUR: 1 })),
  forgotten: procedure.query(() => "never reached: no operation"),
});

/** Handles a request to `/trpc/…`. A response to one call has the status and headers of its denial, with the challenge. */
export function handle(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: "/trpc",
    req: request,
    router,
    createContext: ({ req }) => ({ authorization: req.headers.get("authorization") ?? undefined }),
    responseMeta: ({ errors: [error], info }) => {
      if (!(error instanceof CallDenied) || info?.isBatchCall !== false) return {};
      const headers = new Headers(error.answer.headers);
      headers.delete("Content-Type"); // the body is that of tRPC
      return { status: error.answer.status, headers };
    },
  });
}
