// What is used of the SDKs, by shape: a program has one of the two installed, and must not need the other for its types.

/** The part of `Server` (both generations) that is public and that a gate needs. */
export interface RequestHandlers {
  /** Sets the handler of a method. */
  setRequestHandler(...registration: never): void;
  /** Throws where a method has a handler. */
  assertCanSetRequestHandler(method: string): void;
}

/** The part of `McpServer` (both generations) that is public and that a gate needs. */
export interface HighLevelServer {
  /** The low-level server in it. */
  readonly server: RequestHandlers;
  /** Registers a tool. */
  registerTool(...registration: never): unknown;
}

/** A server of either generation, high-level or low-level. */
export type AnyServer = HighLevelServer | RequestHandlers;

/** A schema of any library that implements Standard Schema: zod 3.24 or later, zod 4, ArkType, Valibot. */
export interface SchemaLike {
  readonly "~standard": { readonly types?: { readonly output: unknown } | undefined };
}

/** The shorthand of zod users: the members of the object, each with its schema. */
export interface ShapeLike {
  readonly [name: string]: SchemaLike;
}

type OutputOf<Schema extends SchemaLike> = NonNullable<Schema["~standard"]["types"]>["output"];

type OptionalKeys<Shape extends ShapeLike> = {
  [Name in keyof Shape]: undefined extends OutputOf<Shape[Name]> ? Name : never;
}[keyof Shape];

type ShapeOutput<Shape extends ShapeLike> = Flat<
  { [Name in Exclude<keyof Shape, OptionalKeys<Shape>>]: OutputOf<Shape[Name]> } & {
    [Name in OptionalKeys<Shape>]?: OutputOf<Shape[Name]>;
  }
>;

type Flat<Value> = { [Name in keyof Value]: Value[Name] };

type ArgumentsOf<Input> = Input extends SchemaLike
  ? OutputOf<Input>
  : Input extends ShapeLike
    ? ShapeOutput<Input>
    : never;

/** What `registerTool` of a server takes and gives: read off the server's own type, whichever generation it is. */
type Registration<Server> = Server extends { registerTool(...given: infer Given): infer Made }
  ? { readonly given: Given; readonly made: Made }
  : never;

type ConfigOf<Server> = Registration<Server>["given"] extends readonly [
  unknown,
  infer Config,
  ...unknown[],
]
  ? Omit<Config, "inputSchema" | "outputSchema">
  : never;

type CallbackOf<Server> = Registration<Server>["given"] extends readonly [
  unknown,
  unknown,
  infer Callback,
  ...unknown[],
]
  ? Callback
  : never;

type LastOf<Callback> = Callback extends (...given: infer Given) => unknown
  ? Given extends readonly [unknown, infer Context]
    ? Context
    : Given extends readonly [infer Context]
      ? Context
      : never
  : never;

type ResultOf<Callback> = Callback extends (...given: never) => infer Result ? Result : never;

type HandlerOf<Server, Input> = [Input] extends [undefined]
  ? (context: LastOf<CallbackOf<Server>>) => ResultOf<CallbackOf<Server>>
  : (
      given: ArgumentsOf<Input>,
      context: LastOf<CallbackOf<Server>>,
    ) => ResultOf<CallbackOf<Server>>;

/** `registerTool` as the server has it, with a name that the policy has. */
export type RegisterTool<Server, Tool extends string> = <
  Input extends SchemaLike | ShapeLike | undefined = undefined,
>(
  name: Tool,
  config: ConfigOf<Server> & {
    readonly inputSchema?: Input;
    readonly outputSchema?: SchemaLike | ShapeLike;
  },
  handler: HandlerOf<Server, NoInfer<Input>>,
) => Registration<Server>["made"];
