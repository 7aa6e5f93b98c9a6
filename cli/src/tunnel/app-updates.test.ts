import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { builtInRunners } from '@live-lambda/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedWire, emulatedWire, listening, useKeysOf } from '../fixtures/emulated-wire.ts';
import { type FixtureApp, type FixtureFunction, fixtureApp } from '../fixtures/fixture-app.ts';
import { liveApp } from '../functions/live-functions.ts';
import { readManifests } from '../functions/manifest-file.ts';
import { UserError } from '../user-error.ts';

const answering = (text: string) => `export const handler = async () => ({ text: '${text}', pid: process.pid });`;
const orders: FixtureFunction = { id: 'Orders', source: answering('orders'), timeoutSeconds: 60 };
const quotes: FixtureFunction = { id: 'Quotes', source: answering('quotes'), timeoutSeconds: 60 };
const refunds: FixtureFunction = { id: 'Refunds', stack: 'Pay', source: answering('refunds'), timeoutSeconds: 60 };

const runners = builtInRunners();

let emulator: Emulator;
let app: FixtureApp;
let wire: EmulatedWire;

beforeAll(async () => {
  app = await fixtureApp([orders]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
  useKeysOf(emulator);
  wire = await emulatedWire(emulator, app);
});

afterAll(async () => {
  await wire?.[Symbol.asyncDispose]();
  await emulator?.close();
  await app?.remove();
});

const eventually = (look: () => unknown) => expect.poll(look, { timeout: 20_000 });

/** A tunnel that follows the app, and what it told. */
async function followingTunnel() {
  const { host, events } = listening();
  const load = async () => liveApp(await readManifests(app.assembly));
  await wire.startTunnel({
    host,
    source: { assemblyFolder: app.assembly, load },
    runnerFor: ({ spec }) => {
      const runner = runners.find((each) => each.claims(spec));
      if (!runner) throw new UserError('There is no runner.', 'Add one.');
      return runner;
    },
  });
  return {
    changes: () => events.flatMap((event) => (event.type === 'app-changed' ? [event] : [])),
    prepared: () => events.flatMap((event) => (event.type === 'prepared' ? [event.function] : [])),
    warnings: () => events.flatMap((event) => (event.type === 'note' && event.level === 'warning' ? [event.text] : [])),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const answerOf = async (name: string) => JSON.parse((await wire.invoke(name)).body.toString());

describe('an app that is synthesized while the tunnel runs', () => {
  it('is followed: functions that come, are described in another way, and go, without a start of the tunnel', async () => {
    const tunnel = await followingTunnel();
    const before = await answerOf('Orders');
    expect(before.text).toBe('orders');

    // As a deploy does it: the manifest is there before the function is.
    await app.synthesize([orders, quotes]);
    await eventually(() => tunnel.changes().length).toBe(1);
    expect(tunnel.prepared()).toContain('Shop/Quotes');
    await emulator.deploy(app.assembly);
    await eventually(async () => (await answerOf('Quotes')).text).toBe('quotes');
    const { pid } = await answerOf('Quotes');
    expect((await answerOf('Orders')).pid).toBe(before.pid);
    expect(tunnel.changes()[0]).toMatchObject({ added: ['Shop/Quotes'], changed: [], removed: [] });
    expect(tunnel.changes()[0]?.functions).toMatchObject([{ id: 'Shop/Orders' }, { id: 'Shop/Quotes' }]);

    await app.synthesize([{ ...orders, extension: 'cjs', source: 'exports.handler = async () => ({ text: "cjs" });' }]);
    await eventually(() => tunnel.changes().length).toBe(2);
    expect(tunnel.changes()[1]).toMatchObject({ added: [], changed: ['Shop/Orders'], removed: ['Shop/Quotes'] });
    await eventually(() => isAlive(pid)).toBe(false);
    expect(await answerOf('Orders')).toEqual({ text: 'cjs' });
    expect(await answerOf('Quotes')).toMatchObject({
      errorType: 'LiveLambda.NotLive',
      errorMessage: expect.stringContaining('no live function Shop/Quotes in its manifest'),
    });
    await wire.stopTunnels();
  });

  it('may have stacks that come and go, each with a connection of its own', async () => {
    await app.synthesize([orders]);
    const tunnel = await followingTunnel();
    await app.synthesize([orders, refunds]);
    await eventually(() => tunnel.warnings().join()).toMatch(/Stack Pay is not deployed .* tried again every 2 s/);
    await emulator.deploy(app.assembly);
    await eventually(async () => (await answerOf('Refunds')).text).toBe('refunds');
    await app.synthesize([orders]);
    await eventually(() => tunnel.changes().at(-1)?.removed).toEqual(['Pay/Refunds']);
    await eventually(async () => (await answerOf('Refunds')).errorMessage).toContain('no tunnel');
    expect((await answerOf('Orders')).text).toBe('orders');
    await wire.stopTunnels();
  });

  it('is served as far as it is deployed at the start, and the rest once it is there', async () => {
    const returns: FixtureFunction = { id: 'Returns', stack: 'Post', source: answering('returns'), timeoutSeconds: 60 };
    await app.synthesize([orders, returns]);
    const tunnel = await followingTunnel();
    expect((await answerOf('Orders')).text).toBe('orders');
    await eventually(() => tunnel.warnings().join()).toMatch(/Stack Post is not deployed .* tried again every 2 s/);
    await emulator.deploy(app.assembly);
    await eventually(async () => (await answerOf('Returns')).text).toBe('returns');
    await wire.stopTunnels();
  });

  it('goes on as it was when a synth leaves what cannot be used, and that is told', async () => {
    await app.synthesize([orders]);
    const tunnel = await followingTunnel();
    await writeFile(join(app.assembly, 'live-lambda.json'), '{');
    await eventually(() => tunnel.warnings().join()).toMatch(/is not JSON.*What was live stays as it was/);
    expect((await answerOf('Orders')).text).toBe('orders');
    expect(tunnel.changes()).toEqual([]);
    await wire.stopTunnels();
  });
});
