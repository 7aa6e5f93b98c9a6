import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { loadOrCreateIdentity } from '@live-lambda/protocol/identity';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { changeTemplate } from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { hasPseudoTerminal, terminalPrograms } from '../fixtures/pseudo-terminal.ts';
import { program } from '../fixtures/run-cli.ts';
import { developerVariables, invokeFunction, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

/** Writes down which event it has begun with, and by the gate of an event it is held. */
const handler = `
import { appendFileSync, existsSync } from 'node:fs';
export const handler = async ({ name, log, gate }) => {
  appendFileSync(log, name + '\\n');
  while (gate && !existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 20));
  return { name, pid: process.pid };
};`;

let app: FixtureApp;
let emulator: Emulator;
let homes: string;
const programs = tunnelPrograms();
const terminals = terminalPrograms();
/** For as long as callers go on. */
let calling = false;

/** The home of a developer who has an identity. */
const homeOf = (name: string) => join(homes, name);

async function identityOf(name: string): Promise<string> {
  const folder = join(homeOf(name), '.config', 'live-lambda');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return loadOrCreateIdentity({ file: join(folder, 'identity.json') }).identity.fingerprint;
}

/** Has the functions trust the tunnels of these keys, and of no other. */
const pinned = (keys: readonly string[]) =>
  changeTemplate(app, (template) => {
    const trusting = JSON.stringify(`,"trust":"keys","keys":${JSON.stringify(keys)}}`).slice(1, -1);
    const changed = JSON.stringify(template).replaceAll(',\\"trust\\":\\"iam\\"}', trusting);
    Object.assign(template, JSON.parse(changed));
  });

beforeAll(async () => {
  homes = await mkdtemp(join(tmpdir(), 'live-lambda-homes-'));
  app = await fixtureApp([
    { id: 'Orders', source: handler },
    { id: 'Prices', source: handler },
  ]);
  await pinned([await identityOf('ann'), await identityOf('bob')]);
  await identityOf('mallory');
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
});

afterEach(() => {
  calling = false;
  programs.kill();
  terminals.kill();
});

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(homes, { recursive: true, force: true });
});

const variables = (name: string) => developerVariables(emulator, homeOf(name), { NO_COLOR: '1' });

/** The tunnel of a developer, once it takes events. */
async function tunnelOf(name: string, ...args: readonly string[]) {
  const given = ['--endpoint', emulator.endpoint, '--no-fetch-node', ...args];
  const tunnel = programs.start(given, { cwd: app.folder, env: variables(name) });
  await tunnel.printed('Ready.');
  return tunnel;
}

/** Ends a tunnel as its developer does, so that no stub waits for it in the next test. */
async function stop(tunnel: Awaited<ReturnType<typeof tunnelOf>>): Promise<void> {
  tunnel.child.kill('SIGINT');
  await tunnel.ended;
}

/** Files of one test: what was begun, and a gate. */
async function files() {
  const folder = await mkdtemp(join(homes, 'files-'));
  const log = join(folder, 'log');
  const begun = async () => (existsSync(log) ? (await readFile(log, 'utf8')).trim().split('\n') : []);
  return { log, begun, gate: join(folder, 'gate') };
}

describe('a second tunnel on a session', () => {
  it('takes it over under load: the first finishes what it runs and ends, and no event is lost or runs twice', async () => {
    const { log, begun, gate } = await files();
    const ann = await tunnelOf('ann');
    const held = invokeFunction(emulator, 'Orders', { name: 'held', log, gate });
    await expect.poll(begun).toEqual(['held']);
    let calls = 0;
    const answers: unknown[] = [];
    calling = true;
    const callers = Array.from({ length: 3 }, async () => {
      while (calling) {
        calls += 1;
        const name = `call ${calls}`;
        const { failed, payload } = await invokeFunction(emulator, 'Prices', { name, log });
        answers.push(failed === undefined && payload.name === name ? 'its own' : { failed, payload });
      }
    });
    await expect.poll(() => answers.length).toBeGreaterThan(3);
    const bob = await tunnelOf('bob', '--take-over');
    await bob.printed(/it finishes \d+ invocations? first: .*Shop\/Orders for \d+ s/);
    await ann.printed(
      /takes session "default" over\. Nothing more is taken here; .* finished here first, then this tunnel ends\./,
    );
    const before = answers.length;
    await expect.poll(() => answers.length).toBeGreaterThan(before + 10);
    await writeFile(gate, '');
    const first = await held;
    const { code, stdout, stderr } = await ann.ended;
    await bob.printed(/Session "default" is this tunnel's now: .* has ended, after it finished \d+ invocations?\./);
    const next = await invokeFunction(emulator, 'Orders', { name: 'next', log });
    calling = false;
    await Promise.all(callers);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /The tunnel of \S+@\S+ \(key [\w-]{22}\) has taken session "default" over, and \d+ invocations? (was|were) finished here\. This tunnel ends\.\n.*Stopped after/,
    );
    expect([first.payload.name, next.payload.name, first.payload.pid === next.payload.pid]).toEqual([
      'held',
      'next',
      false,
    ]);
    expect(answers.filter((answer) => answer !== 'its own')).toEqual([]);
    const names = await begun();
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
    expect(names).toHaveLength(calls + 2);
    await stop(bob);
  });

  it('is refused where the functions do not trust its key, which the first is told; that one goes on', async () => {
    const { log } = await files();
    const ann = await tunnelOf('ann');
    const mallory = await tunnelOf('mallory', '--take-over');
    await mallory.printed('Asked the tunnel of');
    await ann.printed(
      /whose key [\w-]{22} the functions do not trust, asked for session "default": nothing was done\./,
    );
    const { failed, payload } = await invokeFunction(emulator, 'Orders', { name: 'still here', log });
    expect([failed, payload.name]).toEqual([undefined, 'still here']);
    await ann.printed(/✓ Shop\/Orders/);
    expect(ann.stdout()).not.toContain('takes session');
    await Promise.all([stop(ann), stop(mallory)]);
  });

  it.skipIf(!hasPseudoTerminal)(
    'is asked by one key whether to take it over, and again by t (needs util-linux script)',
    async () => {
      const { log } = await files();
      const ann = await tunnelOf('ann');
      const bob = terminals.start(
        `'${process.execPath}' '${program}' tunnel --no-fetch-node --endpoint ${emulator.endpoint}; echo code $?`,
        { cwd: app.folder, env: variables('bob') },
      );
      let at = await bob.printed('Take the session over?  y yes  n no');
      bob.type('n');
      at = await bob.printed('● live', at);
      expect((await invokeFunction(emulator, 'Orders', { name: 'before', log })).payload.name).toBe('before');
      bob.type('t');
      at = await bob.printed('Take the session over?', at);
      expect(ann.stdout()).not.toContain('takes session');
      bob.type('y');
      at = await bob.printed("is this tunnel's now", at);
      expect((await ann.ended).code).toBe(0);
      expect((await invokeFunction(emulator, 'Orders', { name: 'after', log })).payload.name).toBe('after');
      at = await bob.printed(/✓ Shop\/Orders/, at);
      bob.type('q');
      await bob.printed('code 0', at);
    },
  );
});
