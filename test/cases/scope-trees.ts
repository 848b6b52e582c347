import type { ParseScopeToken, ScopeTokenResult } from "../../src/grammar/scope-syntax.js";

// One table for types and values: a row compiles only if its tree is the type that the compiler infers for the literal text (a general
// result type is rejected), and a test compares the tree with the value at run time.
function row<Text extends string>(
  text: Text,
  expected: ScopeTokenResult extends ParseScopeToken<Text> ? never : ParseScopeToken<Text>,
): { readonly text: string; readonly expected: ScopeTokenResult } {
  return { text, expected };
}

function tree<
  const Form,
  const Text,
  const Segments extends readonly string[],
  const Resource,
  const Action,
  const Params extends readonly string[],
>(form: Form, text: Text, segments: Segments, resource: Resource, action: Action, params: Params) {
  return { ok: true, token: { form, text, segments, resource, action, params } } as const;
}

/** Literal texts and their trees: form, text, segments, resource, action, params. */
export const SCOPE_TREES = [
  // colon
  row("courses:read", tree("colon", "courses:read", ["courses", "read"], "courses", "read", [])),
  row(
    "read:bookings",
    tree("colon", "read:bookings", ["read", "bookings"], "bookings", "read", []),
  ),
  row("mcp:tools", tree("colon", "mcp:tools", ["mcp", "tools"], null, null, [])),
  row(
    "org:members:read",
    tree("colon", "org:members:read", ["org", "members", "read"], "org:members", "read", []),
  ),
  row(
    "read:page:confluence",
    tree(
      "colon",
      "read:page:confluence",
      ["read", "page", "confluence"],
      "page:confluence",
      "read",
      [],
    ),
  ),
  row(
    "account:read:admin",
    tree("colon", "account:read:admin", ["account", "read", "admin"], "account:admin", "read", []),
  ),
  row("read:search", tree("colon", "read:search", ["read", "search"], "read", "search", [])),
  row("read:read", tree("colon", "read:read", ["read", "read"], "read", "read", [])),
  row(
    "read:a:write:b",
    tree("colon", "read:a:write:b", ["read", "a", "write", "b"], "read:a:b", "write", []),
  ),
  row("courses:Read", tree("colon", "courses:Read", ["courses", "Read"], null, null, [])),
  row(
    "linodes:read_write",
    tree("colon", "linodes:read_write", ["linodes", "read_write"], "linodes", "read_write", []),
  ),
  row(
    "files.metadata:read",
    tree("colon", "files.metadata:read", ["files.metadata", "read"], "files.metadata", "read", []),
  ),
  row("a:b/c:write", tree("colon", "a:b/c:write", ["a", "b/c", "write"], "a:b/c", "write", [])),
  row(":", tree("colon", ":", ["", ""], null, null, [])),
  row(":read", tree("colon", ":read", ["", "read"], null, null, [])),
  row("a::read", tree("colon", "a::read", ["a", "", "read"], "a", "read", [])),
  row("read:", tree("colon", "read:", ["read", ""], null, null, [])),
  row(
    "org:{id}:read",
    tree("colon", "org:{id}:read", ["org", "{id}", "read"], "org:{id}", "read", ["id"]),
  ),
  row("<id>:read", tree("colon", "{id}:read", ["{id}", "read"], "{id}", "read", ["id"])),
  row(
    "{a}:<b>:{a}",
    tree("colon", "{a}:{b}:{a}", ["{a}", "{b}", "{a}"], null, null, ["a", "b", "a"]),
  ),
  row("{read}:x", tree("colon", "{read}:x", ["{read}", "x"], null, null, ["read"])),
  row("URN:a", tree("colon", "URN:a", ["URN", "a"], null, null, [])),
  // dot
  row(
    "files.metadata.read",
    tree("dot", "files.metadata.read", ["files", "metadata", "read"], "files.metadata", "read", []),
  ),
  row(
    "esi-mail.send_mail.v1",
    tree("dot", "esi-mail.send_mail.v1", ["esi-mail", "send_mail", "v1"], null, null, []),
  ),
  row("guilds.join", tree("dot", "guilds.join", ["guilds", "join"], "guilds", "join", [])),
  row("{app}.read", tree("dot", "{app}.read", ["{app}", "read"], "{app}", "read", ["app"])),
  row("a.<b>.c", tree("dot", "a.{b}.c", ["a", "{b}", "c"], null, null, ["b"])),
  row("{a.b}.read", tree("dot", "{a.b}.read", ["{a", "b}", "read"], "{a.b}", "read", [])),
  row(".", tree("dot", ".", ["", ""], null, null, [])),
  row(
    "patient/Observation.read",
    tree(
      "dot",
      "patient/Observation.read",
      ["patient/Observation", "read"],
      "patient/Observation",
      "read",
      [],
    ),
  ),
  // flat
  row("openid", tree("flat", "openid", ["openid"], null, null, [])),
  row("read", tree("flat", "read", ["read"], null, null, [])),
  row("offline_access", tree("flat", "offline_access", ["offline_access"], null, null, [])),
  row("{x}", tree("flat", "{x}", ["{x}"], null, null, ["x"])),
  row("<x>", tree("flat", "{x}", ["{x}"], null, null, ["x"])),
  row("a{x}", tree("flat", "a{x}", ["a{x}"], null, null, ["x"])),
  row("{}", tree("flat", "{}", ["{}"], null, null, [])),
  row("<>", tree("flat", "<>", ["<>"], null, null, [])),
  row("{x>", tree("flat", "{x>", ["{x>"], null, null, [])),
  row("{1x}", tree("flat", "{1x}", ["{1x}"], null, null, [])),
  row("{a-b}", tree("flat", "{a-b}", ["{a-b}"], null, null, [])),
  row("{{x}}", tree("flat", "{{x}}", ["{{x}}"], null, null, ["x"])),
  row("{a}{b}", tree("flat", "{a}{b}", ["{a}{b}"], null, null, ["a", "b"])),
  // inside segments
  row(
    "user/{Type}.read",
    tree("dot", "user/{Type}.read", ["user/{Type}", "read"], "user/{Type}", "read", ["Type"]),
  ),
  row(
    "read:users!user=<name>",
    tree(
      "colon",
      "read:users!user={name}",
      ["read", "users!user={name}"],
      "users!user={name}",
      "read",
      ["name"],
    ),
  ),
  row(
    "projects/{id}:read",
    tree("colon", "projects/{id}:read", ["projects/{id}", "read"], "projects/{id}", "read", ["id"]),
  ),
  row(
    "/acct/<id>.read",
    tree("path", "/acct/{id}.read", ["acct", "{id}.read"], "{id}", "read", ["id"]),
  ),
  row(
    "<className>={id}",
    tree("flat", "{className}={id}", ["{className}={id}"], null, null, ["className", "id"]),
  ),
  row(
    "/courses.read/{a}{b}",
    tree("path", "/courses.read/{a}{b}", ["courses.read", "{a}{b}"], null, null, ["a", "b"]),
  ),
  row("/x/<a<b>", tree("path", "/x/<a{b}", ["x", "<a{b}"], null, null, ["b"])),
  row("/x/{a<b>}", tree("path", "/x/{a{b}}", ["x", "{a{b}}"], null, null, ["b"])),
  row("x{__proto__}{a}", tree("flat", "x{__proto__}{a}", ["x{__proto__}{a}"], null, null, ["a"])),
  row("<a><b>", tree("flat", "{a}{b}", ["{a}{b}"], null, null, ["a", "b"])),
  row("{__proto__}", tree("flat", "{__proto__}", ["{__proto__}"], null, null, [])),
  row("<__proto__>", tree("flat", "<__proto__>", ["<__proto__>"], null, null, [])),
  row(
    "{constructor}",
    tree("flat", "{constructor}", ["{constructor}"], null, null, ["constructor"]),
  ),
  row("{_}", tree("flat", "{_}", ["{_}"], null, null, ["_"])),
  row("*", tree("flat", "*", ["*"], null, null, [])),
  row("a,b", tree("flat", "a,b", ["a,b"], null, null, [])),
  // path
  row("/", tree("path", "/", [""], null, null, [])),
  row("//", tree("path", "//", ["", ""], null, null, [])),
  row(
    "/accounts.write",
    tree("path", "/accounts.write", ["accounts.write"], "accounts", "write", []),
  ),
  row(
    "/accounts/{accountID}/",
    tree("path", "/accounts/{accountID}/", ["accounts", "{accountID}", ""], null, null, [
      "accountID",
    ]),
  ),
  row(
    "/accounts/<accountID>/",
    tree("path", "/accounts/{accountID}/", ["accounts", "{accountID}", ""], null, null, [
      "accountID",
    ]),
  ),
  row(
    "/accounts/{accountID}/profile.write",
    tree(
      "path",
      "/accounts/{accountID}/profile.write",
      ["accounts", "{accountID}", "profile.write"],
      "profile",
      "write",
      ["accountID"],
    ),
  ),
  row(
    "/accounts/<accountID>/bank-accounts.write",
    tree(
      "path",
      "/accounts/{accountID}/bank-accounts.write",
      ["accounts", "{accountID}", "bank-accounts.write"],
      "bank-accounts",
      "write",
      ["accountID"],
    ),
  ),
  row(
    "/files.read/{id}",
    tree("path", "/files.read/{id}", ["files.read", "{id}"], "files", "read", ["id"]),
  ),
  row(
    "/files.read/<id>/",
    tree("path", "/files.read/{id}/", ["files.read", "{id}", ""], "files", "read", ["id"]),
  ),
  row(
    "/<x>/<y>.read",
    tree("path", "/{x}/{y}.read", ["{x}", "{y}.read"], "{y}", "read", ["x", "y"]),
  ),
  row("/.write", tree("path", "/.write", [".write"], null, null, [])),
  row("/read", tree("path", "/read", ["read"], null, null, [])),
  row("/{a}", tree("path", "/{a}", ["{a}"], null, null, ["a"])),
  row("/a:b/c.read", tree("path", "/a:b/c.read", ["a:b", "c.read"], "c", "read", [])),
  // uri
  row(
    "https://www.googleapis.com/auth/drive.readonly",
    tree(
      "uri",
      "https://www.googleapis.com/auth/drive.readonly",
      ["https", "www.googleapis.com", "auth", "drive.readonly"],
      "drive",
      "readonly",
      [],
    ),
  ),
  row(
    "https://www.googleapis.com/auth/tagmanager.edit.containers",
    tree(
      "uri",
      "https://www.googleapis.com/auth/tagmanager.edit.containers",
      ["https", "www.googleapis.com", "auth", "tagmanager.edit.containers"],
      "tagmanager.containers",
      "edit",
      [],
    ),
  ),
  row(
    "https://mail.google.com/",
    tree("uri", "https://mail.google.com/", ["https", "mail.google.com", ""], null, null, []),
  ),
  row(
    "https://x/<id>/a.read",
    tree("uri", "https://x/{id}/a.read", ["https", "x", "{id}", "a.read"], "a", "read", ["id"]),
  ),
  row("<s>://x/a.read", tree("uri", "{s}://x/a.read", ["{s}", "x", "a.read"], "a", "read", ["s"])),
  row("{s}://", tree("uri", "{s}://", ["{s}", ""], null, null, ["s"])),
  row("<s>://", tree("uri", "{s}://", ["{s}", ""], null, null, ["s"])),
  row("://", tree("uri", "://", ["", ""], null, null, [])),
  row("a://b://c", tree("uri", "a://b://c", ["a", "b:", "", "c"], null, null, [])),
  row("/a://b", tree("uri", "/a://b", ["/a", "b"], null, null, [])),
  row(
    "urn:example:files:read",
    tree(
      "uri",
      "urn:example:files:read",
      ["urn", "example", "files", "read"],
      "urn:example:files",
      "read",
      [],
    ),
  ),
  row(
    "urn:matrix:client:device:<id>",
    tree(
      "uri",
      "urn:matrix:client:device:{id}",
      ["urn", "matrix", "client", "device", "{id}"],
      null,
      null,
      ["id"],
    ),
  ),
  row("urn:", tree("uri", "urn:", ["urn", ""], null, null, [])),
  row("urn://a.read", tree("uri", "urn://a.read", ["urn", "//a.read"], null, null, [])),
  // names of 64 and 65 characters
  row(
    "{a123456789b123456789c123456789d123456789e123456789f123456789_123}",
    tree(
      "flat",
      "{a123456789b123456789c123456789d123456789e123456789f123456789_123}",
      ["{a123456789b123456789c123456789d123456789e123456789f123456789_123}"],
      null,
      null,
      ["a123456789b123456789c123456789d123456789e123456789f123456789_123"],
    ),
  ),
  row(
    "<a123456789b123456789c123456789d123456789e123456789f123456789_123>:a",
    tree(
      "colon",
      "{a123456789b123456789c123456789d123456789e123456789f123456789_123}:a",
      ["{a123456789b123456789c123456789d123456789e123456789f123456789_123}", "a"],
      null,
      null,
      ["a123456789b123456789c123456789d123456789e123456789f123456789_123"],
    ),
  ),
  row(
    "{a123456789b123456789c123456789d123456789e123456789f123456789_1234}",
    tree(
      "flat",
      "{a123456789b123456789c123456789d123456789e123456789f123456789_1234}",
      ["{a123456789b123456789c123456789d123456789e123456789f123456789_1234}"],
      null,
      null,
      [],
    ),
  ),
  row(
    "<a123456789b123456789c123456789d123456789e123456789f123456789_1234>",
    tree(
      "flat",
      "<a123456789b123456789c123456789d123456789e123456789f123456789_1234>",
      ["<a123456789b123456789c123456789d123456789e123456789f123456789_1234>"],
      null,
      null,
      [],
    ),
  ),
  // no scope-tokens
  row("", { ok: false, index: 0, reason: "a scope-token must have at least one character" }),
  row(" ", { ok: false, index: 0, reason: "a scope-token cannot contain a space" }),
  row("courses read", { ok: false, index: 7, reason: "a scope-token cannot contain a space" }),
  row('a"b', { ok: false, index: 1, reason: 'a scope-token cannot contain `"`' }),
  row("a\\", { ok: false, index: 1, reason: "a scope-token cannot contain `\\`" }),
  row("abcdefghij\nk", { ok: false, index: 10, reason: "a scope-token cannot contain `U+000A`" }),
  row("a\u007f", { ok: false, index: 1, reason: "a scope-token cannot contain `U+007F`" }),
  row("r\u00e9ad", { ok: false, index: 1, reason: "a scope-token cannot contain `U+00E9`" }),
  row("{\u0441}", { ok: false, index: 1, reason: "a scope-token cannot contain `U+0441`" }),
  row("\ud83d\ude00", { ok: false, index: 0, reason: "a scope-token cannot contain `U+D83D`" }),
];
