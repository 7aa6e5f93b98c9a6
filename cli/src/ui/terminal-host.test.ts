import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../host.ts';
import { createTerminalHost } from './terminal-host.ts';

const ids = { function: 'Shop/Orders', invocationId: 'i1', requestId: '8f3c2a10-aaaa', environmentId: 'e1' };

function terminal(options: { verbose?: boolean; quiet?: boolean; columns?: number } = {}) {
  let written = '';
  let now = Date.UTC(2026, 0, 1);
  const host = createTerminalHost({
    write: (text) => {
      written += text;
    },
    style: (_style, text) => text,
    wallClockMs: () => now,
    verbose: options.verbose ?? false,
    quiet: options.quiet ?? false,
    columns: () => options.columns,
  });
  return {
    say: (...events: LiveEvent[]) => {
      for (const event of events) host.notify(event);
    },
    wait: (ms: number) => {
      now += ms;
    },
    get lines() {
      return written
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
    },
  };
}

const began = (over: object = {}): LiveEvent => ({
  type: 'invocation-started',
  ...ids,
  receivedAt: Date.UTC(2026, 0, 1),
  ...over,
});
const printed = (text: string, over: object = {}): LiveEvent => ({
  type: 'output',
  ...ids,
  stream: 'stdout',
  text,
  ...over,
});
const finished = (over: object = {}): LiveEvent => ({
  type: 'invocation-finished',
  ...ids,
  end: 'succeeded',
  error: undefined,
  pid: 42,
  file: '/shop/orders.ts',
  timings: { startMs: 30, runMs: 12 },
  finishedAt: 0,
  ...over,
});

describe('the terminal', () => {
  it('shows one line for an invocation, with function, request id, outcome and duration, and its output under it', () => {
    const screen = terminal();
    screen.say(began(), printed('first'), printed('second\nof two lines'), finished());
    expect(screen.lines).toEqual([
      '✓ Shop/Orders  8f3c2a10  ok  42 ms',
      '         │ first',
      '         │ second',
      '         │ of two lines',
    ]);
  });

  it('keeps the output of invocations apart that run at once', () => {
    const screen = terminal();
    const other = { requestId: '99999999-b', environmentId: 'e2', invocationId: 'i2' };
    screen.say(began(), began(other), printed('mine'), printed('theirs', other), finished(other), finished());
    expect(screen.lines).toEqual([
      '✓ Shop/Orders  99999999  ok  42 ms',
      '         │ theirs',
      '✓ Shop/Orders  8f3c2a10  ok  42 ms',
      '         │ mine',
    ]);
  });

  it('shows the output of a long invocation while it runs', () => {
    const screen = terminal();
    screen.say(began(), printed('early'));
    expect(screen.lines).toEqual([]);
    screen.wait(1000);
    screen.say(printed('late'));
    expect(screen.lines).toEqual([
      '… Shop/Orders  8f3c2a10  running',
      '         │ 8f3c2a10 early',
      '         │ 8f3c2a10 late',
    ]);
    screen.say(finished());
    expect(screen.lines.at(-1)).toBe('✓ Shop/Orders  8f3c2a10  ok  42 ms');
  });

  it('leaves out of a log record what the line says already', () => {
    const screen = terminal();
    screen.say(
      began(),
      printed('2026-01-01T00:00:00.000Z\t8f3c2a10-aaaa\tINFO\tsold\ttea'),
      printed('2026-01-01T00:00:00.000Z\tother\tINFO\tx'),
      finished(),
    );
    expect(screen.lines.slice(1)).toEqual([
      '         │ INFO sold\ttea',
      '         │ 2026-01-01T00:00:00.000Z\tother\tINFO\tx',
    ]);
  });

  it('says how an invocation failed, and why unless the function has logged that', () => {
    const error = { errorType: 'OrderRejected', errorMessage: 'no "customer"' };
    const silent = terminal();
    silent.say(began(), finished({ end: 'failed', error }));
    expect(silent.lines).toEqual(['✗ Shop/Orders  8f3c2a10  error OrderRejected  42 ms', '         │ no "customer"']);
    const logged = terminal();
    const record = JSON.stringify(error);
    logged.say(began(), printed(`ERROR ${record}`), finished({ end: 'failed', error }));
    expect(logged.lines).toHaveLength(2);
  });

  it('shows the legs and notes of lesser weight only when asked to', () => {
    const events: LiveEvent[] = [{ type: 'note', level: 'info', text: 'by the way' }, began(), finished()];
    const plain = terminal();
    plain.say(...events);
    expect(plain.lines).toHaveLength(1);
    const verbose = terminal({ verbose: true });
    verbose.say(...events.slice(0, 2), finished({ timings: { inAwsMs: 210, startMs: 30, runMs: 12 } }));
    expect(verbose.lines).toEqual([
      '! by the way',
      '✓ Shop/Orders  8f3c2a10  ok  42 ms  (in AWS 210 ms, start 30 ms, run 12 ms, pid 42)',
    ]);
  });

  it('shows what a process writes outside invocations with the name of its function', () => {
    const screen = terminal();
    screen.say(printed('starting', { requestId: undefined }));
    expect(screen.lines).toEqual(['         │ Shop/Orders starting']);
  });

  it('shows what would steer the terminal instead of obeying it, wherever it comes from', () => {
    const screen = terminal();
    const hostile = '\u001b[2J\u001b]0;title\u0007\u009b31m\r\u202e';
    const shown = '␛[2J␛]0;title␇\ufffd31m␍\ufffd';
    const over = { function: hostile, requestId: `\r${hostile}` };
    screen.say(
      { type: 'note', level: 'warning', text: hostile },
      began(over),
      printed(hostile, over),
      finished({ ...over, end: 'failed', error: { errorType: hostile, errorMessage: hostile } }),
    );
    expect(screen.lines).toEqual([
      `! ${shown}`,
      `✗ ${shown}  ␍␛[2J␛]0  error ${shown}  42 ms`,
      `         │ ${shown}`,
      `         │ ${shown}`,
    ]);
  });

  it("keeps the colours of a handler's output, and ends them with the line", () => {
    const screen = terminal();
    screen.say(began(), printed('\u001b[1;32mgreen\u001b[39m and \u001b[31mred'), finished());
    expect(screen.lines[1]).toBe('         │ \u001b[1;32mgreen\u001b[39m and \u001b[31mred\u001b[0m');
  });

  it('cuts a text that goes on and on', () => {
    const screen = terminal();
    screen.say({ type: 'note', level: 'warning', text: 'x'.repeat(1_000_000) });
    expect(screen.lines).toEqual([`! ${'x'.repeat(2000)}… (1000000 characters)`]);
  });

  it('tells a timeout from an invocation that its stub gave up for another reason', () => {
    const screen = terminal();
    screen.say(began(), finished({ end: 'timed-out' }), began(), finished({ end: 'withdrawn' }));
    expect(screen.lines).toEqual([
      '✗ Shop/Orders  8f3c2a10  timeout  42 ms',
      expect.stringMatching(/│ For more time .*`npx live-lambda deploy --timeout 600`/),
      '✗ Shop/Orders  8f3c2a10  given up  42 ms',
    ]);
  });

  it('says in one line what was saved, that it is ready, and after how long', () => {
    const screen = terminal();
    const of = { function: 'Shop/Orders', runner: 'esbuild' };
    screen.say({ type: 'prepared', ...of, generation: 1, durationMs: 80, notes: [] });
    expect(screen.lines).toEqual([]);
    screen.say({ type: 'changed', function: 'Shop/Orders', files: ['src/orders.ts'], count: 1 });
    screen.say({ type: 'prepared', ...of, generation: 2, durationMs: 12.4, notes: [] });
    screen.say({ type: 'reloaded', function: 'Shop/Orders', environmentId: 'e1', pid: 42, durationMs: 60 });
    expect(screen.lines).toEqual(['↻ Shop/Orders  src/orders.ts changed; ready in 12 ms']);
  });

  it('says of what was saved that it cannot be loaded, and why', () => {
    const screen = terminal();
    const common = { function: 'Shop/Orders', environmentId: 'e1', generation: 2, durationMs: 60 };
    screen.say({ type: 'load-failed', ...common, reason: 'file:///shop/tax.mjs:3: Unexpected token' });
    expect(screen.lines).toEqual([
      '✗ Shop/Orders  cannot be loaded',
      expect.stringContaining('file:///shop/tax.mjs:3: Unexpected token'),
      '         │ The next invocation is answered with that, until a change mends it.',
    ]);
  });

  it('says of a process that lacks what only Lambda brings along how to get it', () => {
    const screen = terminal();
    const common = { function: 'Shop/Orders', environmentId: 'e1', generation: 2, durationMs: 40 };
    screen.say({ type: 'load-failed', ...common, reason: "Cannot find module '@aws-sdk/client-s3'" });
    expect(screen.lines[2]).toContain('`npm install --save-dev @aws-sdk/client-s3`');
  });

  it('breaks what it says between words where the terminal is narrow, and nothing that a function writes', () => {
    const screen = terminal({ columns: 40 });
    const text = 'written by the function itself, wider than the terminal';
    screen.say(began(), printed(text));
    screen.say(
      finished({
        end: 'failed',
        error: {
          errorType: 'LiveLambda.BuildFailed',
          errorMessage: 'It cannot be built, since a file of it is wrong.',
        },
      }),
    );
    expect(screen.lines.slice(1)).toEqual([
      `         │ ${text}`,
      '         │ It cannot be built, since a',
      '         │ file of it is wrong.',
    ]);
    screen.say({ type: 'note', level: 'warning', text: 'Another tunnel of this session is there.' });
    expect(screen.lines.slice(-2)).toEqual(['! Another tunnel of this', '           session is there.']);
  });

  it('shows an error that a runtime has logged as its stack, and says it once', () => {
    const screen = terminal();
    const logged = {
      errorType: 'TypeError',
      errorMessage: 'no price',
      stack: ['TypeError: no price', '    at /shop/a.ts:1:2'],
    };
    screen.say(began(), printed(`t\t${ids.requestId}\tERROR\tInvoke Error \t${JSON.stringify(logged)}`));
    screen.say(finished({ end: 'failed', error: logged }));
    expect(screen.lines.slice(1)).toEqual([
      '         │ ERROR Invoke Error',
      '         │ TypeError: no price',
      '         │     at /shop/a.ts:1:2',
    ]);
  });

  it('says how a function runs in a line of its own where the terminal is too narrow', () => {
    const functions = [
      {
        ...{ id: 'Shop/Orders', file: 'src/orders.ts', handler: 'handler', runtime: 'nodejs22.x', node: null },
        ...{ runner: 'tsx', region: 'eu-west-1', addedVariables: ['LOG_LEVEL'] },
      },
    ];
    const names = { release: '1.0.0', identity: 'arn:aws:iam::111122223333:user/ada', app: 'shop', session: 'default' };
    const started: LiveEvent = { type: 'started', ...names, key: 'k', config: null, stubTrust: 'sts', functions };
    const [narrow, wide] = [terminal({ columns: 60 }), terminal({ columns: 120 })];
    narrow.say(started);
    wide.say(started);
    expect(narrow.lines.slice(-3)).toEqual([
      '  function  Shop/Orders  src/orders.ts (handler)',
      '            nodejs22.x, eu-west-1, run by tsx',
      '            with variables of the config: LOG_LEVEL',
    ]);
    expect(wide.lines.slice(-2)).toEqual([
      '  function  Shop/Orders  src/orders.ts (handler)  nodejs22.x, eu-west-1, run by tsx',
      '                         with variables of the config: LOG_LEVEL',
    ]);
  });

  it('says of many files the first ones and how many more', () => {
    const screen = terminal();
    const files = ['a.ts', 'b.ts', 'c.ts', 'd.ts'];
    screen.say({ type: 'changed', function: 'Shop/Orders', files, count: 250 });
    screen.say({ type: 'prepared', function: 'Shop/Orders', runner: 'tsx', generation: 2, durationMs: 1, notes: [] });
    expect(screen.lines).toEqual(['↻ Shop/Orders  a.ts, b.ts, c.ts and 247 more changed; ready in 1 ms']);
  });

  it('says why a function cannot be run, and when it is mended', () => {
    const screen = terminal();
    const of = { function: 'Shop/Orders', runner: 'esbuild' };
    const reason = 'Function Shop/Orders: src/orders.ts:3:7: Expected ";" but found "}"';
    screen.say({ type: 'changed', function: 'Shop/Orders', files: ['src/orders.ts'], count: 1 });
    screen.say({ type: 'broken', ...of, generation: 2, durationMs: 9, reason });
    screen.say({ type: 'changed', function: 'Shop/Orders', files: ['src/orders.ts'], count: 1 });
    screen.say({ type: 'prepared', ...of, generation: 3, durationMs: 20, notes: [] });
    expect(screen.lines).toEqual([
      '✗ Shop/Orders  src/orders.ts changed; cannot be run',
      `         │ ${reason}`,
      '↻ Shop/Orders  src/orders.ts changed; mended in 20 ms',
    ]);
  });

  it('says once what differs from Lambda', () => {
    const screen = terminal();
    const notes = ['Source maps are on.'];
    for (const id of ['Shop/Orders', 'Shop/Prices'])
      screen.say({ type: 'prepared', function: id, runner: 'esbuild', generation: 1, durationMs: 5, notes });
    expect(screen.lines).toEqual(['! Shop/Orders: Source maps are on.']);
  });

  it("says what to do where Lambda's own words do not", () => {
    const screen = terminal();
    const error = { errorType: 'Runtime.HandlerNotFound', errorMessage: 'orders.handler is undefined or not exported' };
    screen.say(began(), finished({ end: 'failed', error }));
    expect(screen.lines.slice(1)).toEqual([
      '         │ orders.handler is undefined or not exported',
      '         │ Export the handler from /shop/orders.ts, or correct its name in the CDK app.',
    ]);
  });

  it('says where debuggers attach, and what became of an invocation that ran on under one', () => {
    const screen = terminal();
    const of = { function: 'Shop/Orders', environmentId: 'e1', requestId: '8f3c2a10-aaaa' };
    const url = 'ws://127.0.0.1:9229/x';
    screen.say({ type: 'inspector-listening', function: 'Shop/Orders', port: 9229, url });
    screen.say({ type: 'debugger-overdue', ...of });
    screen.say({ type: 'late-result', ...of, end: 'succeeded', error: undefined, lateMs: 2500 });
    expect(screen.lines).toEqual([
      '● Shop/Orders  debuggers attach at 127.0.0.1:9229',
      '! Shop/Orders  8f3c2a10  its time in Lambda is over, and its caller was told so; it runs on under the debugger',
      '✓ Shop/Orders  8f3c2a10  ok  2500 ms late: nobody waits for it any more',
    ]);
  });

  it('says which process was ended for another, and how to have more', () => {
    const screen = terminal();
    screen.say({ type: 'evicted', function: 'Shop/Orders', environmentId: '0123456789abcdef', limit: 50 });
    expect(screen.lines).toEqual([
      '- Shop/Orders  process of environment 01234567 ended: more than 50 were running (--max-environments)',
    ]);
  });

  it('says as whom the code of a function runs: its role and account', () => {
    const screen = terminal();
    const common = { type: 'verified', function: 'Shop/Orders', account: '111122223333' } as const;
    screen.say({ ...common, identity: 'arn:aws:sts::111122223333:assumed-role/Shop-OrdersRole-1A/Shop-Orders-2B' });
    screen.say({ ...common, identity: 'arn:aws:iam::111122223333:user/ann' });
    expect(screen.lines).toEqual([
      '● Shop/Orders  runs as role Shop-OrdersRole-1A of account 111122223333',
      '● Shop/Orders  runs as arn:aws:iam::111122223333:user/ann of account 111122223333',
    ]);
  });

  it('shows what a new synth changed: functions that came, are described in another way, and are gone', () => {
    const screen = terminal();
    const common = { handler: 'handler', runtime: 'nodejs22.x', node: null, runner: 'esm', region: 'eu-west-1' };
    const functions = ['New', 'Orders', 'Same'].map((name) => ({
      ...common,
      id: `Shop/${name}`,
      file: `src/${name}.mjs`,
      addedVariables: [],
    }));
    screen.say({
      type: 'app-changed',
      app: 'shop',
      session: 'default',
      functions,
      added: ['Shop/New'],
      changed: ['Shop/Orders'],
      removed: ['Shop/Old'],
    });
    expect(screen.lines).toEqual([
      '↻ app shop, session default, as it was synthesized now',
      '         │ + Shop/New  src/New.mjs (handler, nodejs22.x, run by esm)',
      '         │ ~ Shop/Orders  src/Orders.mjs (handler, nodejs22.x, run by esm)',
      '         │ - Shop/Old',
    ]);
  });

  it('shows at the start in the first line that no proof is wanted, the config, and the variables that it adds', () => {
    const screen = terminal();
    const fn = {
      file: 'src/orders.ts',
      handler: 'handler',
      runtime: 'nodejs22.x',
      node: { version: '22.3.0', source: 'nvm' },
      runner: 'esbuild',
      region: 'eu-west-1',
    };
    screen.say({
      type: 'started',
      release: '0.1.0',
      identity: 'arn:aws:iam::1:user/ann',
      app: 'shop',
      session: 'default',
      key: 'k',
      config: '/shop/live-lambda.config.ts',
      stubTrust: 'none',
      functions: [{ id: 'Shop/Orders', ...fn, addedVariables: ['TABLE', 'DEBUG'] }],
    });
    expect(screen.lines[0]).toBe(
      'live-lambda 0.1.0 (--trust-stub none: execution environments need not prove what they are)',
    );
    expect(screen.lines).toContain('  config    /shop/live-lambda.config.ts');
    expect(screen.lines.at(-2)).toMatch(
      /Shop\/Orders {2}src\/orders\.ts \(handler\).*run by esbuild on Node 22\.3\.0 \(nvm\)$/,
    );
    expect(screen.lines.at(-1)).toMatch(/with variables of the config: TABLE, DEBUG$/);
  });

  it('says nothing but errors where it is asked to: what failed with its output, what cannot be run, later warnings', () => {
    const screen = terminal({ quiet: true });
    const warning = (text: string): LiveEvent => ({ type: 'note', level: 'warning', text });
    screen.say(warning('Node is older.'), { type: 'ready' }, began(), printed('fine'), finished());
    expect(screen.lines).toEqual([]);
    screen.say(began(), printed('before'));
    screen.wait(5000);
    screen.say(printed('after'), finished({ end: 'failed', error: { errorType: 'TypeError', errorMessage: 'x' } }));
    screen.say(warning('An invocation was refused.'), { type: 'stopped', invocations: 2, failures: 1 });
    expect(screen.lines).toEqual([
      '✗ Shop/Orders  8f3c2a10  error TypeError  42 ms',
      '         │ before',
      '         │ after',
      '         │ x',
      '! An invocation was refused.',
    ]);
  });

  it('gives each of the invocations that run at once a colour of its own, on its id and beside its output', () => {
    let written = '';
    const host = createTerminalHost({
      write: (text) => {
        written += text;
      },
      style: (style, text) => `<${style}>${text}</>`,
      wallClockMs: () => 0,
      verbose: false,
      quiet: false,
    });
    const other = { requestId: '8f3c2a11-aaaa', environmentId: 'e2', invocationId: 'i2' };
    for (const event of [began(), began(other), printed('a'), printed('b', other), finished(), finished(other)])
      host.notify(event);
    const [, first] = /<(\w+)>8f3c2a10<\/>/.exec(written) ?? [];
    const [, second] = /<(\w+)>8f3c2a11<\/>/.exec(written) ?? [];
    expect(first).not.toBe(second);
    expect(written).toContain(`<${first}>│</> a\n`);
    expect(written).toContain(`<${second}>│</> b\n`);
  });

  it('shows at the end what each function did and what it cost, as far as that was counted', () => {
    const screen = terminal();
    screen.say({ type: 'stopped', invocations: 1, failures: 0 });
    expect(screen.lines).toEqual(['Stopped after 1 invocation, 0 failed.']);
    const usage = { invocations: 12, failures: 3, operations: 240, bytes: 4096, priceUsd: 0.00025 };
    const functions = { 'Shop/Prices': { ...usage, operations: 40 }, 'Shop/Orders': { ...usage, operations: 200 } };
    screen.say({ type: 'stopped', invocations: 12, failures: 3, usage: { ...usage, functions } });
    expect(screen.lines.slice(1)).toEqual([
      'Stopped after 12 invocations, 3 failed.',
      '               invocations  failed  operations   bytes      about',
      '  Shop/Orders           12       3         200  4.0 KB   $0.00020',
      '  Shop/Prices           12       3          40  4.0 KB  $0.000040',
      '  in all                12       3         240  4.0 KB   $0.00025',
    ]);
  });
});
