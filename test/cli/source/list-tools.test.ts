import type { RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LIST_LIMITS, listTools } from "../../../src/cli/source/list-tools.js";
import { UsageError } from "../../../src/cli/terminal/io.js";
import { titled } from "../../titled.js";
import { onePage, type PageAt, SERVERS, serve, serveV2 } from "./mcp-servers.js";
import { SELF_SIGNED } from "./self-signed.js";

const TOKEN = "a-long-secret-token.of~a+client/==";

/** Returns the message with which the list of a server fails, without the server's URL. */
async function faultOf(
  url: string,
  ...options: Parameters<typeof listTools> extends [string, ...infer Rest] ? Rest : never
) {
  const error: unknown = await listTools(url, ...options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as UsageError;
  expect(message).not.toContain(TOKEN);
  expect(message).not.toContain("\n");
  return message.replace(`${url}: `, "");
}

const answering =
  (status: number, headers: Record<string, string>, body = ""): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

const pages: PageAt = (cursor) => {
  const at = Number(cursor ?? 0);
  const tools = [{ name: `tool_${at}`, inputSchema: { type: "object" } }];
  return at < 4 ? { tools, nextCursor: String(at + 1) } : { tools };
};

describe.each(Object.entries(SERVERS))("a list of tools from a server of %s", (_title, start) => {
  it("has the tools of every page in order", async () => {
    const tools = await listTools(await start(pages));
    expect(tools.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map((at) => `tool_${at}`));
  });

  it("keeps the members of a tool that the protocol does not define", async () => {
    const described = {
      name: "list_courses",
      title: "Courses",
      annotations: { readOnlyHint: true },
      _meta: { securitySchemes: [{ type: "oauth2", scopes: ["courses:read"] }] },
    };
    const [tool] = await listTools(await start(onePage([described])));
    expect(tool).toMatchObject(described);
  });
});

describe("a server that announces no tools", () => {
  it("has an empty list", async () => {
    expect(await listTools(await serveV2(onePage([]), { capabilities: {} }))).toEqual([]);
  });
});

describe("the token", () => {
  it("is sent with every request to the server", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(500).end();
    });
    await faultOf(url, { token: TOKEN });
    expect(new Set(seen)).toEqual(new Set([`Bearer ${TOKEN}`]));
  });

  it("is not sent to the target of a redirect, on the same origin or on another", async () => {
    const reached = vi.fn();
    const other = await serve((_request, response) => {
      reached();
      response.end();
    });
    for (const location of [other, "/elsewhere"]) {
      const url = await serve((request, response) => {
        if (request.url === "/elsewhere") reached();
        response.writeHead(307, { location }).end();
      });
      const target = new URL(location, url).href;
      expect(await faultOf(url, { token: TOKEN })).toBe(
        `redirects to ${target} (status 307), and redirects are not followed; give the URL of the server itself`,
      );
    }
    expect(reached).not.toHaveBeenCalled();
  });

  it("is replaced in what a server answers", async () => {
    const page = () => {
      throw new Error(`no list for ${TOKEN}`);
    };
    const url = await serveV2(page);
    expect(await faultOf(url, { token: TOKEN })).toMatch(/no list for \(the token\)/);
  });
});

describe("a server that cannot be read ends in one line", () => {
  interface Row {
    readonly title: string;
    readonly answer: RequestListener;
    readonly token?: string;
    readonly message: string | RegExp;
  }
  const challenge =
    'Bearer resource_metadata="https://a.example/m", scope="mcp:tools courses:read"';
  const rows: readonly Row[] = [
    {
      title: "401 with a challenge names --token and the scopes",
      answer: answering(401, { "www-authenticate": challenge }),
      message:
        "requires a token (status 401); give --token one with the scopes `mcp:tools` and `courses:read`",
    },
    {
      title: "401 without a challenge names --token",
      answer: answering(401, {}),
      message: "requires a token (status 401); give --token one",
    },
    {
      title: "401 for a token",
      answer: answering(401, { "www-authenticate": challenge }),
      token: TOKEN,
      message:
        "rejects the token (status 401); give --token a valid one with the scopes `mcp:tools` and `courses:read`",
    },
    {
      title: "403 with a challenge",
      answer: answering(403, {
        "www-authenticate": 'Bearer error="insufficient_scope", scope="a"',
      }),
      token: TOKEN,
      message: "denies the list of tools (status 403); the server names `a`",
    },
    {
      title: "403 without a challenge",
      answer: answering(403, {}),
      message: "denies the list of tools (status 403)",
    },
    {
      title: "an HTML page",
      answer: answering(200, { "content-type": "text/html; charset=utf-8" }, "<h1>Hello</h1>"),
      message: "answers with an HTML page (status 200), so it is not an MCP server",
    },
    {
      title: "a redirect without a location",
      answer: answering(302, {}),
      message:
        "redirects (status 302), and redirects are not followed; give the URL of the server itself",
    },
    {
      title: "a redirect to something that is not a URL",
      answer: answering(302, { location: "http://[" }),
      message:
        "redirects (status 302), and redirects are not followed; give the URL of the server itself",
    },
    {
      title: "404",
      answer: answering(404, { "content-type": "application/json" }, "{}"),
      message: "not an MCP server over Streamable HTTP (status 404)",
    },
    {
      title: "JSON that is not JSON-RPC",
      answer: answering(200, { "content-type": "application/json" }, '{"hello":"world"}'),
      message: /^not an MCP server over Streamable HTTP: /,
    },
    {
      title: "JSON whose content type names HTML in a parameter",
      answer: answering(200, { "content-type": "application/json; from=text/html" }, "{}"),
      message: /^not an MCP server over Streamable HTTP: /,
    },
    {
      title: "plain text",
      answer: answering(200, { "content-type": "text/plain" }, "hello"),
      message: /^not an MCP server over Streamable HTTP: .*Unexpected content type: text\/plain/,
    },
    {
      title: "a closed connection",
      answer: (request) => request.socket.destroy(),
      message: "cannot be reached (UND_ERR_SOCKET)",
    },
  ];

  it.each(titled(rows))("%s", async (_title, { answer, token, message }) => {
    const fault = await faultOf(await serve(answer), { token });
    if (typeof message === "string") expect(fault).toBe(message);
    else expect(fault).toMatch(message);
  });

  it("nothing that listens", async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    expect(await faultOf(`http://127.0.0.1:${port}/mcp`)).toBe(
      "nothing listens there (ECONNREFUSED)",
    );
  });

  it("an unknown host", async () => {
    expect(await faultOf("https://server.invalid/mcp")).toMatch(
      /^unknown host \((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });

  it("a certificate of no known authority, and a server without TLS", async () => {
    const secure = createTlsServer(SELF_SIGNED);
    expect(await faultOf(await serve(secure as never, "https"))).toBe(
      "the certificate cannot be verified (DEPTH_ZERO_SELF_SIGNED_CERT); NODE_EXTRA_CA_CERTS names additional authorities",
    );
    const plain = await serve(answering(200, {}), "https");
    expect(await faultOf(plain)).toMatch(/^no TLS connection \(ERR_SSL_\w+\); is the server http/);
  });

  it("an error of `fetch` without a cause", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await faultOf("http://127.0.0.1:81/mcp")).toBe("cannot be reached (no network)");
  });
});

describe("a URL or a token that cannot be used", () => {
  it.each([
    ["notaurl", undefined, "`notaurl` is not an http or https URL"],
    ["file:///etc/passwd", undefined, "`file:///etc/passwd` is not an http or https URL"],
    [
      "https://ada:secret@a.example/mcp",
      undefined,
      "the URL of a.example contains credentials; give --token",
    ],
    [
      "https://ada@a.example/mcp",
      undefined,
      "the URL of a.example contains credentials; give --token",
    ],
    [
      "https://a.example/mcp",
      "a token",
      "invalid --token: expected the characters of a bearer token (RFC 6750)",
    ],
    [
      "http://a.example/mcp",
      TOKEN,
      "http://a.example/mcp: a token is sent only over https or to a loopback host",
    ],
  ])("%s with the token %s", async (url, token, message) => {
    await expect(listTools(url, { token })).rejects.toThrow(new UsageError(message));
  });
});

describe("the bounds of a list", () => {
  const limits = { ...LIST_LIMITS, tools: 10 };

  it("end a list with too many tools", async () => {
    const tools = Array.from({ length: 11 }, (_, at) => ({ name: `tool_${at}` }));
    expect(await faultOf(await serveV2(onePage(tools)), { limits })).toBe(
      "lists more than 10 tools or pages",
    );
  });

  it("end a list with too many empty pages", async () => {
    let page = 0;
    const url = await serveV2(() => ({ tools: [], nextCursor: String(page++) }));
    expect(await faultOf(url, { limits })).toBe("lists more than 10 tools or pages");
  });

  it("end a list whose cursor repeats", async () => {
    const url = await serveV2(() => ({ tools: [], nextCursor: "again" }));
    expect(await faultOf(url, { limits })).toBe(
      "lists the same page of tools again: its cursor repeats",
    );
  });

  it("end a list with too many bytes", async () => {
    const url = await serveV2(onePage([{ name: "a", description: "x".repeat(20_000) }]));
    expect(await faultOf(url, { limits: { ...limits, bytes: 10_000 } })).toBe(
      "the answers exceed 10000 bytes",
    );
  });

  it("end a list that takes too long, before an answer and in the middle of one", async () => {
    const brief = { limits: { ...limits, milliseconds: 300 } };
    const late = "no complete answer within 0.3 s";
    expect(await faultOf(await serve(() => undefined), brief)).toBe(late);
    const half: RequestListener = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    };
    expect(await faultOf(await serve(half), brief)).toBe(late);
    const silent: RequestListener = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
    };
    expect(await faultOf(await serve(silent), brief)).toBe(late);
  });
});

describe("a list that is not one", () => {
  it.each([
    ["an answer without tools", {}, "answers `tools/list` without `tools`"],
    [
      "a tool without a name",
      { tools: [{ name: "a" }, { title: "b" }] },
      "lists a tool without a name: tools[1]",
    ],
    ["a tool that is a text", { tools: ["a"] }, "lists a tool without a name: tools[0]"],
  ])("%s", async (_title, result, message) => {
    // a server without an SDK, which would not send this
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
          readonly id?: number;
          readonly method: string;
          readonly params?: { readonly protocolVersion?: string };
        };
        const answers: Readonly<Record<string, unknown>> = {
          initialize: {
            protocolVersion: params?.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: "own", version: "1" },
          },
          "tools/list": result,
        };
        if (!Object.hasOwn(answers, method))
          return response.writeHead(id === undefined ? 202 : 400).end();
        response.setHeader("content-type", "application/json");
        return response.end(JSON.stringify({ jsonrpc: "2.0", id, result: answers[method] }));
      });
    });
    expect(await faultOf(url)).toBe(message);
  });
});
