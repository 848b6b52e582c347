const STEP = /(?:^|\.)([A-Za-z_$][A-Za-z0-9_$]*)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * Parses the path of a finding into steps: `tools.get_settings.anyOf[0]` -> `["tools", "get_settings", "anyOf", 0]`. A
 * number is an index of a list, a string is a key. Parsing stops at the first character that is not part of a valid path.
 */
export function parseFindingPath(path: string): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) break;
    const [, name, index, quoted] = match;
    const step = quoted === undefined ? (name ?? Number(index)) : unquote(quoted);
    if (step === undefined) break;
    steps.push(step);
  }
  return steps;
}

function unquote(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined; // an escape that JSON does not define
  }
}
