import { prose } from "../terminal/visible.js";
import { checksOf, type TestReport } from "./test-report.js";

/**
 * Returns a report in the format of the Test Anything Protocol, version 14.
 *
 * {@link https://testanything.org/tap-version-14-specification.html TAP 14}
 */
export function reportTap(report: TestReport): string {
  const checks = checksOf(report);
  const lines = [
    "TAP version 14",
    `1..${checks.length}`,
    ...checks.flatMap(({ title, place, failure }, index) => [
      `${failure === undefined ? "ok" : "not ok"} ${index + 1} - ${description(`${place} ${title}`)}`,
      ...(failure === undefined ? [] : diagnosis(failure)),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns a text on one line in which no character starts a directive. */
function description(text: string): string {
  return prose(text).replaceAll(/[\\#]/g, "\\$&");
}

/** Returns a block of YAML. Text in double quotes is the same in YAML as in JSON. */
function diagnosis({ expected, decided }: { readonly expected: string; readonly decided: string }) {
  return [
    "  ---",
    `  expected: ${JSON.stringify(prose(expected))}`,
    `  decided: ${JSON.stringify(prose(decided))}`,
    "  ...",
  ];
}
