import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PlainApp, plainApp } from '../fixtures/deployed-app.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { developerVariables, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

let app: PlainApp;
let emulator: Emulator;
let home: string;
const programs = tunnelPrograms();
/** Physical name by construct id. */
let names: ReadonlyMap<string, string>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await plainApp([
    { id: 'Echo', source: 'export const handler = async (event) => { console.log("echoing"); return { event }; };' },
    { id: 'Refuse', source: 'export const handler = async () => { throw new TypeError("not like this"); };' },
    {
      id: 'Story',
      streams: true,
      source: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('once '); stream.write('upon '); stream.end('a time');
      });`,
    },
    {
      id: 'Chapters',
      source: `import { existsSync } from 'node:fs';
      export const handler = awslambda.streamifyResponse(async ({ gate }, stream) => {
        stream.write('chapter one');
        while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 20));
        stream.end(', chapter two');
      });`,
    },
    { id: 'Deep', nested: true, source: 'export const handler = async () => "from below";' },
  ]);
  emulator = await Emulator.start();
  const { stacks } = await emulator.deploy(app.assembly);
  names = new Map(
    stacks.flatMap((stack) => stack.functions).map(({ logicalId, name }) => [logicalId.slice(0, -8), name]),
  );
});

afterEach(() => programs.kill());

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const variables = () =>
  Object.fromEntries(
    Object.entries(developerVariables(emulator, home)).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
const invoke = (...args: readonly string[]) =>
  runCli(['invoke', ...args, '--endpoint', emulator.endpoint], { cwd: app.folder, env: variables() });

describe('live-lambda invoke', () => {
  it('prints the answer to stdout, and the log and durations to stderr', async () => {
    const { code, stdout, stderr } = await invoke('Echo', '--event', '{"id":7}');
    expect(JSON.parse(stdout)).toEqual({ event: { id: 7 } });
    expect(stderr).toContain('echoing');
    expect(stderr).toMatch(/✓ Shop\/Echo {2}[\d.]+ m?s \(handler \d+ ms, .*billed \d+ ms\)/);
    expect(code).toBe(0);
  });

  it('exits with 1 at an error of the function, whose words it prints', async () => {
    const { code, stdout, stderr } = await invoke('Shop/Refuse');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ errorType: 'TypeError', errorMessage: 'not like this' });
    expect(stderr).toContain('✗ Shop/Refuse answered with an error');
  });

  it('writes one JSON value with --json, an error of the function in it', async () => {
    const { code, stdout, stderr } = await invoke('Refuse', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      function: 'Shop/Refuse',
      functionName: names.get('Refuse'),
      functionError: 'Unhandled',
      payload: { errorType: 'TypeError' },
      report: { durationMs: expect.any(Number) },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect([code, stderr]).toEqual([1, '']);
  });

  it('prints the parts of a streamed answer as they are, where the function URL streams', async () => {
    const { code, stdout, stderr } = await invoke('Story');
    expect(stdout).toBe('once upon a time\n');
    expect(stderr).toMatch(/✓ Shop\/Story.*first byte after/);
    expect(code).toBe(0);
  });

  it('prints a part before the next one is there', async () => {
    const gate = join(home, 'gate');
    const running = programs.start(['Chapters', '--stream', '--event', JSON.stringify({ gate })], {
      command: 'invoke',
      cwd: app.folder,
      env: { ...variables(), LIVE_LAMBDA_ENDPOINT: emulator.endpoint },
    });
    await running.printed('chapter one');
    expect(running.stdout()).not.toContain('chapter two');
    await writeFile(gate, '');
    expect((await running.ended).stdout).toBe('chapter one, chapter two\n');
  });

  it('lets Lambda queue the event with --async', async () => {
    const { code, stdout, stderr } = await invoke('Echo', '--async');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/✓ Shop\/Echo {2}taken by Lambda.* [0-9a-f-]{36}/);
    expect(JSON.parse((await invoke('Echo', '--async', '--json')).stdout)).toMatchObject({ status: 202, payload: '' });
  });

  it('finds a function of a nested stack by its id', async () => {
    expect((await invoke('Deep')).stdout).toBe('"from below"\n');
  });

  it('finds a function by its physical name, in a folder without an app, too', async () => {
    const name = names.get('Echo') ?? '';
    expect((await invoke(name, '--app', home)).stdout).toContain('"event": {}');
    expect((await invoke(name)).stderr).toContain('✓ Shop/Echo');
  });

  it('calls the version or the alias that stands behind the name', async () => {
    const { stdout } = await invoke('Echo:$LATEST', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      function: 'Shop/Echo',
      functionName: `${names.get('Echo')}:$LATEST`,
      payload: { event: {} },
    });
  });

  it('takes the event from a file, and from the standard input', async () => {
    const file = join(home, 'event.json');
    await writeFile(file, '{"price": 1.0}');
    expect(JSON.parse((await invoke('Echo', '--file', file)).stdout)).toEqual({ event: { price: 1 } });
    const piped = await runCli(['invoke', 'Echo', '--file', '-', '--endpoint', emulator.endpoint], {
      cwd: app.folder,
      env: variables(),
      stdin: '{"from":"stdin"}',
    });
    expect(JSON.parse(piped.stdout)).toEqual({ event: { from: 'stdin' } });
  });

  it('makes up the event of a trigger, with fields that are set', async () => {
    const { stdout } = await invoke('Echo', '--template', 'sqs', '--body', 'hi', '--set', 'Records.0.messageId=m-1');
    const { event } = JSON.parse(stdout);
    expect(event.Records[0]).toMatchObject({ body: 'hi', messageId: 'm-1', eventSource: 'aws:sqs' });
  });

  it('shows an event with --print and invokes nothing', async () => {
    const { code, stdout } = await runCli(['invoke', '--template', 's3', '--print'], { cwd: home });
    expect(JSON.parse(stdout).Records[0].eventSource).toBe('aws:s3');
    expect(code).toBe(0);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    [
      'a name that is nearly right',
      ['Ecko'],
      /no function "Ecko"\. Did you mean "Shop\/Echo"\? .*The app has: Shop\/Echo/,
    ],
    [
      'an alias that there is not',
      ['Shop/Echo:live'],
      /Shop\/Echo has no version and no alias "live" in .*leave out ":live"/,
    ],
    ['an event that is no JSON', ['Echo', '--event', '{id:1}'], /--event:1:2 is not JSON.*Quote it for your shell/],
    ['a file that is not there', ['Echo', '--file', 'nowhere.json'], /There is no file .*nowhere\.json/],
    ['a template that there is not', ['Echo', '--template', 'sqss'], /no template "sqss"\. Did you mean "sqs"/],
    ['no function', [], /No function is named/],
    ['an emulator that does not run', ['Echo', '--local', '--no-stream'], /cannot also be provided|No emulator runs/],
  ])('says what is wrong with %s', async (_what, args, message) => {
    const { code, words, stdout } = await invoke(...args);
    expect(words).toMatch(message);
    expect([code === 0, stdout]).toEqual([false, '']);
  });

  it('says so in JSON, too', async () => {
    const { code, stdout } = await invoke('Ecko', '--json');
    expect(stdout).toContain('no function \\"Ecko\\"');
    expect(JSON.parse(stdout)).toBeTypeOf('object');
    expect(code).toBe(1);
  });

  it.each([
    ['missing-argument', []],
    ['invalid-value', ['Echo', '--template', 'sqss']],
  ])('ends with 2, %s, where the command line makes no sense', async (code, args) => {
    const result = await invoke(...args, '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code } });
    expect(result.code).toBe(2);
  });
});
