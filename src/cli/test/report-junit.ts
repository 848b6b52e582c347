import { groupBy } from "../../grammar/entry-of.js";
import { prose } from "../terminal/visible.js";
import { type Check, checksOf, type TestReport } from "./test-report.js";

/** Returns a report as JUnit XML: a suite for each file of cases, and one for the coverage with `--min`. */
export function reportJunit(report: TestReport): string {
  const suites = groupBy(checksOf(report), ({ suite }) => suite);
  const all = [...suites.values()].flat();
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element(
      "testsuites",
      { name: "scope-policy test", ...countsOf(all) },
      [...suites].map(([name, checks]) =>
        element("testsuite", { name, ...countsOf(checks) }, checks.map(testCase)),
      ),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function countsOf(checks: readonly Check[]) {
  const failures = checks.filter(({ failure }) => failure !== undefined).length;
  return { tests: String(checks.length), failures: String(failures), errors: "0", time: "0" };
}

function testCase({ title, policy, suite, line, failure }: Check): string {
  const attributes = { name: title, classname: policy, file: suite, time: "0" };
  const at = line === undefined ? attributes : { ...attributes, line: String(line) };
  if (failure === undefined) return element("testcase", at, []);
  const message = `expected ${failure.expected}, decided ${failure.decided}`;
  // Jenkins shows the attribute, GitLab the text
  const start = startTag("failure", { message, type: "unexpected_decision" });
  return element("testcase", at, [`<${start}>${escapeXml(message)}</failure>`]);
}

type Attributes = Readonly<Record<string, string>>;

function element(name: string, attributes: Attributes, children: readonly string[]): string {
  const start = startTag(name, attributes);
  if (children.length === 0) return `<${start}/>`;
  const indented = children.join("\n").replaceAll(/^/gm, "  ");
  return `<${start}>\n${indented}\n</${name}>`;
}

function startTag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`);
  return [name, ...written].join(" ");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Returns a text on one line for XML 1.0, which allows each visible character. */
function escapeXml(text: string): string {
  return prose(text).replaceAll(/[&<>"]/g, (character) => ENTITIES[character] as string);
}
