/**
 * From this size on Lambda drops the header, and so it is not sent.
 * Source: AWS Lambda runtime interface emulator, which limits `Lambda-Runtime-Function-XRay-Error-Cause` to 1 MiB.
 */
const MAX_CAUSE_BYTES = 1_048_576;

interface Frame {
  readonly path: string | undefined;
  readonly line: number;
  readonly label: string;
}

/**
 * The value of `Lambda-Runtime-Function-XRay-Error-Cause`: the error as AWS X-Ray shows it. Undefined where there is
 * nothing to read of it, or too much.
 */
export function xRayCause(error: unknown, workingDirectory: string): string | undefined {
  try {
    const { name, message, stack } = error as Partial<Record<'name' | 'message' | 'stack', string>>;
    const frames = stack ? stack.replaceAll('\u007f', '%7F').split('\n').slice(1).map(readFrame) : [];
    const cause = JSON.stringify({
      working_directory: workingDirectory,
      exceptions: [{ type: escapeDelete(name), message: escapeDelete(message), stack: frames }],
      paths: [...new Set(frames.map(({ path }) => path))],
    });
    return Buffer.byteLength(cause) < MAX_CAUSE_BYTES ? cause : undefined;
  } catch {
    return undefined;
  }
}

/** `at label (path:line:column)`. As in Lambda the path ends at the first colon, also that of a `file:` URL. */
function readFrame(text: string): Frame {
  const trimmed = text.trim().replace(/[()]/g, '');
  const line = trimmed.slice(trimmed.indexOf(' ') + 1);
  const space = line.lastIndexOf(' ');
  const [path, lineNumber] = line.slice(space + 1).split(':');
  return { path, line: Number.parseInt(lineNumber ?? '', 10), label: line.slice(0, Math.max(space, 0)) || 'anonymous' };
}

function escapeDelete(text: string | undefined): string | undefined {
  return text?.replaceAll('\u007f', '%7F');
}
