import { basename, isAbsolute } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FunctionSpec, Inputs, Prepared, Runner } from '../runner.ts';
import { type ConformanceFunction, createConformanceFunction, type Ready } from './conformance-function.ts';
import { type ConformanceSources, NODE_SOURCES } from './conformance-sources.ts';
import { covers } from './covered-inputs.ts';
import { isGroupAlive } from './process-groups.ts';

/** Bytes that every JSON library reads and writes as they are. */
const EVENT = '{"text":"a","list":["b",1,true,null]}';

export interface ConformanceOptions {
  /** How long one test may take, in milliseconds: a compiler may need minutes for the first build. 60 s if not given. */
  readonly timeoutMs?: number;
}

/**
 * Registers vitest tests that say whether a runner keeps the contract of {@link Runner}. Call it at the top of a test
 * file, with a function in the runner's language; without one it is given ES modules of Node.
 */
export function runnerConformance(
  runner: Runner,
  sources: ConformanceSources = NODE_SOURCES,
  { timeoutMs = 60_000 }: ConformanceOptions = {},
): void {
  const event = sources.event ?? EVENT;
  const pids: number[] = [];
  const create = async (): Promise<ConformanceFunction> => {
    const made = await createConformanceFunction({ runner, sources, onStart: (pid) => pids.push(pid) });
    onTestFinished(() => made.close());
    return made;
  };

  describe(`the runner ${runner.name}`, { timeout: timeoutMs }, () => {
    it('has a name that can be typed', () => {
      expect(runner.name).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    it('claims by looking: the same answer each time, nothing changed, and none for what it does not know', async () => {
      const { fn } = await create();
      const frozen = Object.freeze({ ...fn });
      expect([runner.claims(frozen), runner.claims(frozen)]).toEqual([true, true]);
      expect(runner.claims({ ...frozen, runtime: 'cobol85', entry: '/nowhere/program.cob' })).toBe(false);
    });

    it('makes a process that answers as the function does, and says what it was made of', async () => {
      const made = await create();
      const prepared = readyOf(await made.prepare());
      expectInputs(prepared.inputs, made.fn);
      const answers = await made.answers(prepared, [event, event]);
      expect(answers.map(({ body }) => body)).toEqual([event, event]);
      expect(answers.map(({ outcome }) => outcome.type)).toEqual(['response', 'response']);
    });

    it('makes another process after a change', async () => {
      const made = await create();
      readyOf(await made.prepare());
      await made.write(sources.changed);
      const [answer] = await made.answers(readyOf(await made.prepare()), [event]);
      expect(answer?.body).toBe('"changed"');
    });

    it("passes on a function's error, and the process goes on", async () => {
      const made = await create();
      await made.write(sources.refusing);
      const answers = await made.answers(readyOf(await made.prepare()), [event, event]);
      expect(answers.map(({ outcome }) => outcome.type)).toEqual(['error', 'error']);
      expect(answers.map(({ body }) => messageOf(body))).toEqual(
        ['refused', 'refused'].map((text) => expect.stringContaining(text)),
      );
    });

    it('passes on an error before the first event', async () => {
      const made = await create();
      await made.write(sources.failingAtStart);
      const prepared = await made.prepare();
      expect(await complaintOf(made, prepared, event)).toContain('no start');
    });

    it('tells which file is broken, does not throw, and mends', async () => {
      const made = await create();
      await made.write(sources.broken);
      const prepared = await made.prepare();
      expect(await complaintOf(made, prepared, event)).toContain(basename(made.fn.entry));
      if (prepared.state === 'broken') {
        expect(prepared.reason).toContain(made.fn.id);
        expectInputs(prepared.inputs, made.fn);
      }
      await made.write(sources.changed);
      const [answer] = await made.answers(readyOf(await made.prepare()), [event]);
      expect(answer?.body).toBe('"changed"');
    });

    it('tells which file is missing, and waits for it', async () => {
      const made = await create();
      await made.remove();
      const prepared = await made.prepare();
      expect(prepared).toMatchObject({ state: 'broken', reason: expect.stringContaining(made.fn.id) });
      expect(prepared.state === 'broken' && prepared.reason).toContain(basename(made.fn.entry));
      expectInputs(prepared.inputs, made.fn);
    });

    it('prepares several functions at once without mixing them up', async () => {
      const [one, other] = await Promise.all([create(), create()]);
      await other.write(sources.changed);
      const [first, second] = await Promise.all([one.prepare(), other.prepare()]);
      const [[echoed], [changed]] = await Promise.all([
        one.answers(readyOf(first), [event]),
        other.answers(readyOf(second), [event]),
      ]);
      expect([echoed?.body, changed?.body]).toEqual([event, '"changed"']);
    });

    it('stops when its result is of no use any more, and can be asked again', async () => {
      const made = await create();
      const stop = new AbortController();
      const preparing = made.prepare(stop);
      stop.abort();
      await preparing;
      await made.prepare(stop);
      readyOf(await made.prepare());
    });

    it('lets go of a function, known or not, and can be asked again', async () => {
      const made = await create();
      await runner.release?.(made.fn);
      readyOf(await made.prepare());
      await runner.release?.(made.fn);
      readyOf(await made.prepare());
    });

    it('leaves no process behind', async () => {
      // What was killed takes a moment to go.
      const left = () => pids.filter(isGroupAlive);
      await expect.poll(left, { message: 'processes that are left', timeout: 5_000 }).toEqual([]);
    });
  });
}

function readyOf(prepared: Prepared): Ready {
  if (prepared.state === 'broken') expect.fail(`The function should be ready, but: ${prepared.reason}`);
  return prepared;
}

/** Why a broken function does not run: by the runner, or by the process that it prepared. */
async function complaintOf(made: ConformanceFunction, prepared: Prepared, event: string): Promise<string> {
  if (prepared.state === 'broken') return prepared.reason;
  const [answer] = await made.answers(prepared, [event]);
  expect(answer?.outcome.type).toBe('error');
  return `${answer?.body}\n${answer?.output}`;
}

function expectInputs(inputs: Inputs, fn: FunctionSpec): void {
  const paths = [...inputs.files, ...inputs.folders.map(({ path }) => path)];
  expect(
    paths.filter((path) => !isAbsolute(path)),
    'inputs that are not absolute',
  ).toEqual([]);
  expect(covers(inputs, fn.entry), `${fn.entry} among the inputs`).toBe(true);
}

function messageOf(body: string): unknown {
  const parsed = JSON.parse(body) as { readonly errorMessage?: unknown };
  return parsed.errorMessage;
}
