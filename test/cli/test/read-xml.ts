/** An element of XML. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const NAME = "[A-Za-z_][\\w.-]*";
const TAG = new RegExp(`^<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`);
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
/** Characters that XML 1.0 does not allow. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

function decode(text: string): string {
  return text.replaceAll(/&(\w*)(;?)/g, (all, name: string, end: string) => {
    const character = ENTITIES[name];
    if (character === undefined || end === "") throw new Error(`not a reference: ${all}`);
    return character;
  });
}

/** Parses the part of XML 1.0 that reports use: elements, attributes in double quotes, text. Throws for everything else. */
export function readXml(xml: string): XmlElement {
  if (FORBIDDEN.test(xml)) throw new Error("a character that XML does not allow");
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(declaration)) throw new Error("no declaration");
  const root = { name: "", attributes: {}, children: [] as XmlElement[], text: "" };
  const open = [root];
  let rest = xml.slice(declaration.length);
  while (rest !== "") {
    const current = open.at(-1) as typeof root;
    const text = /^[^<]+/.exec(rest)?.[0];
    if (text !== undefined) {
      if (current === root && text.trim() !== "") throw new Error(`text outside: ${text}`);
      current.text += decode(text);
      rest = rest.slice(text.length);
      continue;
    }
    const [tag, isEnd, name = "", written = "", isEmpty] = TAG.exec(rest) ?? [];
    if (tag === undefined) throw new Error(`not a tag: ${rest.slice(0, 80)}`);
    rest = rest.slice(tag.length);
    if (isEnd === "/") {
      if (current.name !== name) throw new Error(`</${name}> ends <${current.name}>`);
      open.pop();
      continue;
    }
    const pairs = [...written.matchAll(/([\w.-]+)="([^"]*)"/g)];
    const attributes: Readonly<Record<string, string>> = Object.fromEntries(
      pairs.map(([, key = "", value = ""]) => [key, decode(value)]),
    );
    if (Object.keys(attributes).length < pairs.length) throw new Error(`repeated: ${tag}`);
    const element = { name, attributes, children: [], text: "" };
    current.children.push(element);
    if (isEmpty !== "/") open.push(element);
  }
  const [only, another] = root.children;
  if (only === undefined || another !== undefined || open.length > 1)
    throw new Error("not one root");
  return only;
}
