// The clients, and what each of them has to see. Patterns match the whole of what a client saw.

/** What a client saw of one scenario. */
export interface Seen {
  readonly scenario: string;
  readonly seen: string;
  /** The number of consent pages so far. */
  readonly consents: number;
}

export interface Expected {
  readonly seen: RegExp;
  readonly consents: number;
}

interface RealClient {
  readonly name: string;
  readonly program: string;
  readonly argument?: string;
  /** The package of Node that the client needs, if it is not the running one. */
  readonly node?: string;
  readonly server: "v1" | "v2" | "byAgent";
  readonly expected: Readonly<Record<string, Expected>>;
}

/** The packages to install, with their versions. */
export const PACKAGES = [
  "@modelcontextprotocol/sdk@1.32.2",
  "@modelcontextprotocol/client@2.4.0",
  "mcp-remote@0.15.1",
  "@openai/agents@0.20.0",
  "@ai-sdk/mcp@2.0.99",
];

const LISTED =
  "about whoami list_courses update_course get_settings read_grades write_grades copy_grades export_report any_feed";

const at = (consents: number, seen: RegExp): Expected => ({ seen, consents });

/** A client that steps up: one consent to sign in, one for the tool, one for the resource. */
const stepsUp = {
  "sign-in and list": at(1, new RegExp(`^${LISTED}$`)),
  "public tool": at(1, /^about ran$/),
  "missing scope": at(2, /^list_courses ran$/),
  tier: at(2, /^error result: upgrade required: .*`pro`/),
  denied: at(2, /^error result: denied: Account deletion requires email confirmation/),
  "reserved scope": at(2, /^error result: reserved: /),
  "unknown tool": at(2, /^error result: unknown operation: /),
  "resource, tier": at(2, /^throws -32602: .*upgrade required: /),
  "after a refused resource": at(2, /^whoami ran$/),
  "unknown resource": at(2, /^throws -32602: .*unknown operation: /),
  "resource, missing scope": at(3, /^school:\/\/settings was read$/),
  outage: at(3, /^throws( 503)?: .*temporarily_unavailable/),
  "after an outage": at(3, /^whoami ran$/),
} satisfies Record<string, Expected>;

type Scenario = keyof typeof stepsUp;

/** A client that never steps up, with what it sees of missing scopes. */
const neverStepsUp = (tool: RegExp, resource: RegExp): Record<Scenario, Expected> => {
  const rows = Object.entries(stepsUp).map(([scenario, { seen }]) => [scenario, at(1, seen)]);
  return {
    ...(Object.fromEntries(rows) as Record<Scenario, Expected>),
    "missing scope": at(1, tool),
    "resource, missing scope": at(1, resource),
  };
};

const UPSCOPING = /^throws( 403)?: .*403 after trying upscoping/;

export const clients: readonly RealClient[] = [
  { name: "SDK client 1.32.2", program: "sdk-v1", server: "v2", expected: stepsUp },
  { name: "SDK client 1.32.2, server v1", program: "sdk-v1", server: "v1", expected: stepsUp },
  {
    name: "SDK client 1.32.2, with a refresh token",
    program: "sdk-v1",
    argument: "refreshes",
    server: "v2",
    expected: neverStepsUp(UPSCOPING, UPSCOPING),
  },
  { name: "SDK client 2.4.0", program: "sdk-v2", server: "v2", expected: stepsUp },
  {
    name: "SDK client 2.4.0, with a refresh token",
    program: "sdk-v2",
    argument: "refreshes",
    server: "v2",
    expected: stepsUp,
  },
  {
    name: "mcp-remote 0.15.1",
    program: "mcp-remote",
    server: "v2",
    expected: {
      ...stepsUp,
      outage: at(3, /^throws -32001: .*temporarily_unavailable/),
    },
  },
  { name: "@openai/agents 0.20.0", program: "openai-agents", server: "v2", expected: stepsUp },
  {
    name: "@openai/agents 0.20.0, with a refresh token",
    program: "openai-agents",
    argument: "refreshes",
    server: "v2",
    expected: stepsUp,
  },
  {
    name: "@ai-sdk/mcp 2.0.99",
    program: "ai-sdk",
    node: "node@22",
    server: "byAgent",
    expected: neverStepsUp(
      /^error result: more scope is needed: .*courses:read/,
      /^throws -32602: .*more scope is needed: /,
    ),
  },
];
