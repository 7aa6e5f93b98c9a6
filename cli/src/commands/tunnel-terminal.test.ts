import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { hasPseudoTerminal, terminalPrograms } from '../fixtures/pseudo-terminal.ts';
import { program } from '../fixtures/run-cli.ts';
import { developerVariables, invokeFunction, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

let app: FixtureApp;
let emulator: Emulator;
let home: string;
const terminals = terminalPrograms();
const programs = tunnelPrograms();

const answering =
  'export const handler = async (event) => { console.log("serving"); return { pid: process.pid, event }; };';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await fixtureApp([
    { id: 'Orders', source: answering },
    { id: 'Prices', source: 'export const handler = async () => { throw new RangeError("no price"); };' },
  ]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
  // An editor that writes down what it was given.
  await writeFile(join(home, 'editor'), `#!/bin/sh\nprintf '%s' "$1" > '${home}/opened'\n`);
  await chmod(join(home, 'editor'), 0o755);
});

afterEach(() => {
  terminals.kill();
  programs.kill();
});

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const variables = (over: Readonly<Record<string, string | undefined>> = {}) =>
  developerVariables(emulator, home, { LAUNCH_EDITOR: join(home, 'editor'), NO_COLOR: '1', ...over });
const piped = (args: readonly string[]) =>
  programs.start(['--endpoint', emulator.endpoint, ...args], { cwd: app.folder, env: variables() });
const inTerminal = (over: Readonly<Record<string, string>> = {}) =>
  terminals.start(
    `'${process.execPath}' '${program}' tunnel --no-fetch-node --endpoint ${emulator.endpoint}; echo code $?; stty -a`,
    {
      cwd: app.folder,
      env: variables(over),
    },
  );

describe('live-lambda tunnel where its output is no terminal', () => {
  it('says at the start who you are, the account, the regions, and how each function runs', async () => {
    const tunnel = piped([]);
    await tunnel.printed('Ready.');
    expect(tunnel.stdout()).toMatch(/you are {3}arn:aws:/);
    expect(tunnel.stdout()).toMatch(new RegExp(`account {3}\\d{12}, region ${emulator.region}\n`));
    expect(tunnel.stdout()).toMatch(/function {2}Shop\/Orders {2} ?src\/Orders\.mjs.*run by esm/);
    expect(tunnel.stdout()).not.toContain('q quit');
  });

  it('says at the end what the session did and cost, by function', async () => {
    const tunnel = piped([]);
    await tunnel.printed('Ready.');
    await invokeFunction(emulator, 'Orders');
    await invokeFunction(emulator, 'Prices');
    await tunnel.printed('error RangeError');
    tunnel.child.kill('SIGINT');
    const { code, stdout, stderr } = await tunnel.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('Ctrl-C again ends it at once.');
    const summary = stdout.slice(stdout.indexOf('Stopped after 2 invocations'));
    expect(summary).toMatch(/invocations +failed +operations +bytes +about\n/);
    expect(summary).toMatch(/Shop\/Orders +1 +0 +[1-9]\d* +[\d.]+ KB +\$0\.0000\d+\n/);
    expect(summary).toMatch(/Shop\/Prices +1 +1 +[1-9]\d* +/);
    expect(summary).toMatch(/in all +2 +1 +[1-9]\d* +/);
  });

  it('shows nothing but errors when asked to', async () => {
    const tunnel = piped(['--quiet']);
    await expect.poll(async () => (await invokeFunction(emulator, 'Orders')).failed).toBeUndefined();
    await invokeFunction(emulator, 'Prices');
    await tunnel.printed('error RangeError');
    tunnel.child.kill('SIGINT');
    const { code, stdout, stderr } = await tunnel.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('Shop/Orders');
    expect(stdout.split('\n')[0]).toMatch(/^\d\d:\d\d:\d\d ✗ Shop\/Prices {2}\w{8} {2}error RangeError/);
  });

  it('stops when its budget is spent, says how much that was, and what to do', async () => {
    const tunnel = piped(['--budget', '0.00004']);
    await tunnel.printed('Ready.');
    const spent = tunnel.ended.then(() => true);
    while (!(await Promise.race([spent, invokeFunction(emulator, 'Orders').then(() => false)])));
    const { code, stdout, stderr } = await tunnel.ended;
    const words = stderr.replace(/\s+/g, ' ');
    expect(code).toBe(1);
    expect(words).toMatch(
      /The budget of this tunnel is spent: about \$0\.000\d+ of \$0\.000040 \(--budget\), for \d+ operations of AppSync Events and \d+ invocations?\./,
    );
    expect(words).toContain('with a higher `--budget`');
    expect(stdout).toMatch(/Stopped after [1-9]\d* invocation/);
  });

  it.each(['0', '-1', 'much', '1e5', ''])('refuses a budget of %j', async (budget) => {
    const { code, stderr } = await piped([`--budget=${budget}`]).ended;
    expect(code).toBe(2);
    expect(stderr.replace(/\s+/g, ' ')).toContain('A price in US dollars is a number above 0');
  });
});

describe.skipIf(!hasPseudoTerminal)('live-lambda tunnel in a terminal (needs util-linux script)', () => {
  it('has a status line, and keys that open, restart, pause, clear, help and quit; the terminal is as before', async () => {
    const tunnel = inTerminal();
    let at = await tunnel.printed('● live  0 done');
    const { payload: first } = await invokeFunction(emulator, 'Orders');
    at = await tunnel.printed(/Shop\/Orders {2}[0-9a-f]{8}/, at);
    at = await tunnel.printed('1 done', at);

    tunnel.type('o');
    await tunnel.printed('Opening src/Orders.mjs.', at);
    await expect.poll(() => readFile(join(home, 'opened'), 'utf8').catch(() => '')).toBe(app.entryOf('Orders'));

    tunnel.type('r');
    at = await tunnel.printed('Restart Shop/Orders (1 of 2)?', at);
    tunnel.type('\u001b[B');
    at = await tunnel.printed('Restart Shop/Prices (2 of 2)?', at);
    tunnel.type('\u001b[A\r');
    at = await tunnel.printed('Shop/Orders  built anew', at);
    const { payload: second } = await invokeFunction(emulator, 'Orders');
    expect(second.pid).not.toBe(first.pid);

    tunnel.type('p');
    at = await tunnel.printed('‖ paused', at);
    const held = invokeFunction(emulator, 'Orders', { held: true });
    at = await tunnel.printed('1 held or running', at);
    tunnel.type('p');
    expect(await held).toMatchObject({ failed: undefined, payload: { event: { held: true } } });
    at = await tunnel.printed('Goes on, with 1 held invocation.', at);

    tunnel.type('?');
    at = await tunnel.printed('choose a function, build it anew', at);
    tunnel.type('c');
    at = await tunnel.printed('\u001b[2J\u001b[3J\u001b[H', at);
    tunnel.type('q');
    at = await tunnel.printed('The stubs now answer with an error', at);
    at = await tunnel.printed('Stopped after 3 invocations', at);
    at = await tunnel.printed('code 0', at);
    await tunnel.ended;
    expect(tunnel.output().slice(at)).toMatch(/ icanon .* echo /s);
  });

  it('stops at Ctrl-Z and goes on, with the terminal given back meanwhile', async () => {
    const tunnel = terminals.start(
      // A shell with job control, as one sits at.
      `sh -mc "'${process.execPath}' '${program}' tunnel --no-fetch-node --endpoint ${emulator.endpoint}; stty -a; echo back; fg; echo code \\$?"`,
      { cwd: app.folder, env: variables() },
    );
    let at = await tunnel.printed('● live  0 done');
    tunnel.type('\u001a');
    const stopped = await tunnel.printed('back', at);
    expect(tunnel.output().slice(at, stopped)).toMatch(/ icanon .* echo /s);
    at = await tunnel.printed('● live', stopped);
    tunnel.type('\u0003');
    at = await tunnel.printed('Stopped after', at);
    await tunnel.printed('code 0', at);
  });

  it('gives the terminal back when it is ended by a signal, and leaves keys alone in CI', async () => {
    const tunnel = inTerminal({ CI: 'true' });
    const at = await tunnel.printed('Ready.');
    tunnel.type('\u0003');
    await tunnel.printed('Stopped after 0 invocations', at);
    expect(tunnel.output()).not.toContain('● live');
  });
});
