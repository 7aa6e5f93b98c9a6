import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createExecutionEnvironment, type ExecutionEnvironment } from '../src/execution-environment.ts';
import type { Answer, ErrorOutcome, Invocation } from '../src/invocation.ts';
import type { LaunchPlan } from '../src/runner.ts';
import type { ProcessEnd } from '../src/runtime-api/outcomes.ts';
import type { ClientProgram } from './client-program.ts';
import { type CaseInvocation, type ConformanceCase, type Generation, type Line, RUNTIME } from './conformance-case.ts';
import {
  escapeControls,
  normaliseHeaders,
  normaliseOutput,
  normaliseText,
  type Observation,
  type RunFacts,
  showPayload,
  withoutForeignFrames,
} from './observation.ts';

const MEMORY_MB = 256;
const TIMEOUT_MS = 20_000;

/** How long a process may take to do what it does after its answer: ask for more, or end. */
const MAX_SETTLING_MS = 5_000;

/** What Lambda puts into the environment of a Node function, besides what the launch itself says. */
const FUNCTION_VARIABLES: Readonly<Record<string, string>> = {
  AWS_LAMBDA_FUNCTION_NAME: 'orders',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY_MB),
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/orders',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/23/[$LATEST]0',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_REGION: 'eu-west-1',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
};

const INVOCATION_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:orders',
  'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
};

export interface CaseRun {
  readonly conformanceCase: ConformanceCase;
  readonly generation: Generation;
  readonly client: ClientProgram;
}

/** Runs a case in an execution environment of its own, and tells what was seen of it. */
export async function runCase({ conformanceCase, generation, client }: CaseRun): Promise<Observation> {
  const taskRoot = await mkdtemp(join(await realpath(tmpdir()), 'live-lambda-conformance-'));
  try {
    await writePackage(taskRoot, conformanceCase.files);
    const { handler = 'index.handler', env = {}, invocations = [{}] } = conformanceCase;
    const launch = client.launch({
      taskRoot,
      handler: handler.replaceAll('/var/task', taskRoot),
      memoryMb: MEMORY_MB,
      runtime: RUNTIME[generation],
    });
    const variables = { ...FUNCTION_VARIABLES, AWS_EXECUTION_ENV: `AWS_Lambda_${RUNTIME[generation]}` };
    const plan = { ...launch, env: { ...variables, ...resolved(env, taskRoot), ...launch.env } };
    const requestIds = invocations.map((_, index) => requestIdOf(index));
    return await observe({ plan, invocations, facts: { taskRoot, program: client.program, requestIds } });
  } finally {
    await rm(taskRoot, { recursive: true, force: true });
  }
}

function requestIdOf(index: number): string {
  return `conformance-request-${index + 1}`;
}

async function writePackage(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** Variables that name a place in the package say `/var/task`. */
function resolved(env: Readonly<Record<string, string>>, taskRoot: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replaceAll('/var/task', taskRoot)]),
  );
}

interface Observed {
  readonly plan: LaunchPlan;
  readonly invocations: readonly CaseInvocation[];
  readonly facts: RunFacts;
}

async function observe({ plan, invocations, facts }: Observed): Promise<Observation> {
  const output: string[] = [];
  const lifetime = createProcessWatch();
  const environment = createExecutionEnvironment({
    plan,
    timeoutMs: invocations.find(({ timeoutMs }) => timeoutMs !== undefined)?.timeoutMs ?? TIMEOUT_MS,
    onOutput: ({ stream, text }) => {
      if (stream === 'stdout') output.push(normaliseOutput(text, facts));
    },
    onReady: lifetime.ready,
    onExit: lifetime.ended,
  });
  try {
    const lines: Line[] = [];
    let last: SeenAnswer | undefined;
    // Where the time is short it is meant for the handler, not for the start of a process.
    if (invocations.some(({ timeoutMs }) => timeoutMs !== undefined)) await environment.start();
    for (const [index, invocation] of invocations.entries()) {
      lifetime.reset();
      last = await readAnswer(await environment.invokeStreaming(toInvocation(requestIdOf(index), invocation)), facts);
      const after = await lifetime.settled(environment, invocation.endsAfterwards ?? false);
      lines.push(after === undefined || last.tellsEnd ? last.text : `${last.text}; then ${after}`);
      if (invocation.frozenMs !== undefined) {
        environment.freeze();
        await sleep(invocation.frozenMs);
      }
    }
    return { lines, output, trace: last?.trace, headers: last?.headers ?? {} };
  } finally {
    await environment.stop();
  }
}

function toInvocation(
  requestId: string,
  { event = '{}', headers = {}, timeoutMs = TIMEOUT_MS }: CaseInvocation,
): Invocation {
  const given = Object.entries({ ...INVOCATION_HEADERS, ...headers });
  return {
    requestId,
    event: Buffer.from(event),
    headers: Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    deadlineMs: Date.now() + timeoutMs,
  };
}

interface SeenAnswer {
  readonly text: string;
  readonly trace: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer was made because the process ended, or was ended, and says so. */
  readonly tellsEnd: boolean;
}

async function readAnswer(answer: Answer, facts: RunFacts): Promise<SeenAnswer> {
  const headers = normaliseHeaders(answer.headers, facts);
  switch (answer.type) {
    case 'response': {
      const text = `OK ${normaliseText(showPayload(answer.body), facts)}`;
      return { text, trace: undefined, headers, tellsEnd: false };
    }
    case 'error':
      return { ...readError(answer, facts), headers };
    case 'stream': {
      const bytes = normaliseText(showPayload(await readStream(answer.body, facts.taskRoot)), facts);
      const whole = `STREAM ${headers['content-type'] ?? ''} ${bytes}`.trimEnd();
      const failure = await answer.ended;
      if (failure === undefined) return { text: whole, trace: undefined, headers, tellsEnd: false };
      const error = readError(failure, facts);
      return { ...error, text: `${whole} failed by ${error.text.replace('ERR ', '')}`, headers };
    }
  }
}

/** Leaves a file for the handler to see, in its working folder, when the first bytes arrived. */
async function readStream(body: AsyncIterable<Uint8Array>, taskRoot: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    if (chunks.length === 0) await writeFile(join(taskRoot, 'first-chunk-arrived'), '');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readError({ body, origin }: ErrorOutcome, facts: RunFacts): Omit<SeenAnswer, 'headers'> {
  const text = normaliseText(Buffer.from(body).toString('utf8'), facts);
  const { errorType, errorMessage, trace } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return {
    text: `ERR ${errorType ?? '(no type)'}: ${escapeControls(String(errorMessage ?? '(no message)'))}`,
    trace: Array.isArray(trace) ? withoutForeignFrames(trace.map(String)) : undefined,
    tellsEnd: origin === 'exit' || origin === 'timeout',
  };
}

interface ProcessWatch {
  readonly ready: () => void;
  readonly ended: (end: ProcessEnd) => void;
  reset(): void;
  /** What the process did after its answer: undefined if it waits for the next invocation. */
  settled(environment: ExecutionEnvironment, untilItEnds: boolean): Promise<string | undefined>;
}

function createProcessWatch(): ProcessWatch {
  let end: ProcessEnd | undefined;
  let changed = (): void => undefined;
  return {
    ready: () => changed(),
    ended(ended) {
      end = ended;
      changed();
    },
    reset() {
      end = undefined;
    },
    async settled(environment, untilItEnds) {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        changed();
      }, MAX_SETTLING_MS);
      while (end === undefined && !late && (untilItEnds || environment.state !== 'ready')) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
      clearTimeout(timer);
      if (end !== undefined) return describeEnd(end);
      return late ? 'it neither asks for more nor ends' : undefined;
    },
  };
}

function describeEnd(end: ProcessEnd): string {
  switch (end.type) {
    case 'exited':
      return `exit status ${end.code}`;
    case 'signalled':
      return `signal ${end.signal}`;
    case 'not-started':
      return end.reason;
  }
}
