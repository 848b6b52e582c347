// The members of the SDKs that are used, by shape: a program installs one of the two, and must not need the types of the other.

/** The public members of `Server` (both SDKs) that the gate uses. */
export interface RequestHandlers {
  /** Sets the handler of a method. */
  setRequestHandler(...registration: never): void;
  /** Throws if a method has a handler. */
  assertCanSetRequestHandler(method: string): void;
}

/** The public members of `McpServer` (both SDKs) that the gate uses. */
export interface HighLevelServer {
  /** The low-level server that it contains. */
  readonly server: RequestHandlers;
  /** Registers a tool. */
  registerTool(...registration: never): unknown;
}

/** A server of either SDK, high-level or low-level. */
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

/** The parameters and the result of a server's `registerTool`, taken from the server's own type, so that it fits both SDKs. */
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

/** The server's own `registerTool`, restricted to tool names of the policy. */
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
