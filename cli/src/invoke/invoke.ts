import type { CloudAccess } from '../aws/client-options.ts';
import type { Project } from '../project.ts';
import { assemblyFunctions } from './assembly-functions.ts';
import { type CallAnswer, callLambda } from './call-lambda.ts';
import { type FoundFunction, findFunction } from './find-function.ts';
import { endLine, logLines, type Paint, payloadText } from './invoke-text.ts';
import { readReport } from './log-report.ts';

export interface InvokeOptions {
  readonly name: string;
  readonly event: string;
  readonly project: Pick<Project, 'settings'>;
  readonly access: CloudAccess;
  readonly kind: 'wait' | 'queue';
  /** Whether the answer is to be read as it comes; as the app's function URL says if not given. */
  readonly stream: boolean | undefined;
  /** Where the answer goes as it comes; undefined where it is only returned. */
  readonly answerTo: ((part: string | Uint8Array) => void) | undefined;
  /** Where goes what is said about it. */
  readonly say: (line: string) => void;
  readonly paint: Paint;
}

/** What is given to programs. */
export interface InvokeResult {
  readonly function: string | null;
  readonly functionName: string;
  readonly region: string;
  readonly requestId: string;
  readonly status: number;
  readonly version: string | null;
  readonly functionError: string | null;
  /** Parsed where it is JSON. */
  readonly payload: unknown;
  readonly log: readonly string[];
  readonly tookMs: number;
  readonly firstByteMs: number | null;
  readonly report: ReturnType<typeof readReport> | null;
}

/**
 * Invokes a function of the app, or any other, and shows its answer.
 * @throws UserError
 */
export async function invokeFunction(options: InvokeOptions): Promise<InvokeResult> {
  const { name, event, access, answerTo, say, paint } = options;
  const assembly = options.project.settings.app.value;
  const functions = await assemblyFunctions(assembly);
  const fn = await findFunction(name, { functions, access, assembly });
  const kind = options.kind === 'queue' ? 'queue' : (options.stream ?? fn.streams) ? 'stream' : 'wait';
  let streamed = false;
  const answer = await callLambda({
    fn,
    access,
    event,
    kind,
    onChunk: (chunk) => {
      streamed = true;
      answerTo?.(chunk);
    },
    nowMs: () => performance.now(),
  });
  const report = readReport(answer.logTail);
  const log = logLines(answer.logTail);
  if (kind === 'queue') {
    say(
      `${paint('green', `✓ ${fn.id ?? fn.functionName}`)}  taken by Lambda, which runs it by itself  ${paint('dim', answer.requestId)}`,
    );
  } else {
    if (streamed) answerTo?.('\n');
    else answerTo?.(`${payloadText(answer.payload)}\n`);
    for (const line of log) say(`${paint('dim', '│')} ${line}`);
    say(endLine(fn.id ?? fn.functionName, { answer, report, paint }));
  }
  return resultOf(fn, answer, { report, log });
}

function resultOf(
  fn: FoundFunction,
  answer: CallAnswer,
  { report, log }: { readonly report: ReturnType<typeof readReport>; readonly log: readonly string[] },
): InvokeResult {
  const { requestId, status, version, functionError, region, tookMs, firstByteMs } = answer;
  return {
    function: fn.id,
    functionName: fn.functionName,
    region,
    requestId,
    status,
    version,
    functionError,
    payload: parsed(answer.payload),
    log,
    tookMs: Math.round(tookMs),
    firstByteMs: firstByteMs === null ? null : Math.round(firstByteMs),
    report: report ?? null,
  };
}

function parsed(payload: Buffer): unknown {
  const text = payload.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
