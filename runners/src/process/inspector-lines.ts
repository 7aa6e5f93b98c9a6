/** What Node itself writes to stderr about its inspector. Source: `src/inspector_agent.cc` and `inspector_io.cc` of Node. */
const INSPECTOR_LINES = [
  /^Debugger listening on ws:\/\/\S+$/,
  /^Debugger ending on ws:\/\/\S+$/,
  /^For help, see: https:\/\/nodejs\.org\/\S+$/,
  /^Debugger attached\.$/,
  /^Waiting for the debugger to disconnect\.\.\.$/,
];

export function isInspectorLine(text: string): boolean {
  return INSPECTOR_LINES.some((line) => line.test(text));
}

/** The address in the line with which Node says that its inspector listens. */
export function inspectorUrlIn(text: string): string | undefined {
  return /^Debugger listening on (ws:\/\/\S+)$/.exec(text)?.[1];
}
