import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { changeTemplate } from '../fixtures/emulated-wire.ts';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { developerVariables, invokeFunction, tunnelPrograms } from '../fixtures/tunnel-programs.ts';

let app: FixtureApp;
let emulator: Emulator;
let home: string;
const programs = tunnelPrograms();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  app = await fixtureApp([
    { id: 'Orders', timeoutSeconds: 60, source: 'export const handler = async (event) => event;' },
    { id: 'Refunds', timeoutSeconds: 60, source: 'export const handler = async () => { throw new Error("no"); };' },
  ]);
  emulator = await Emulator.start();
  await emulator.deploy(app.assembly);
});

afterEach(() => programs.kill());

afterAll(async () => {
  await emulator?.close();
  await app?.remove();
  await rm(home, { recursive: true, force: true });
});

const variables = () =>
  developerVariables(emulator, home, { LIVE_LAMBDA_CACHE_DIR: join(home, 'cache') }) as Record<string, string>;
const status = (...args: readonly string[]) =>
  runCli(['status', '--endpoint', emulator.endpoint, ...args], { cwd: app.folder, env: variables() });
const shown = async () => JSON.parse((await status('--json')).stdout);

describe('live-lambda status', () => {
  it('shows what is live, the tunnel that runs, and what its session costs by function', async () => {
    emulator.meter.reset();
    const tunnel = programs.start(['--endpoint', emulator.endpoint], { cwd: app.folder, env: variables() });
    await tunnel.printed('Ready.');
    await invokeFunction(emulator, 'Orders', { text: 'x'.repeat(1000) });
    await invokeFunction(emulator, 'Orders');
    await invokeFunction(emulator, 'Refunds');
    // The record is written each second. A tunnel hears its own announcements, which count both ways: some hundred bytes.
    const missed = async () => {
      const usage = (await shown()).tunnels[0]?.usage;
      const { operations, inboundBytes } = emulator.meter.read();
      return [3 - usage?.invocations, operations - usage?.operations, Math.round((inboundBytes - usage?.bytes) / 2000)];
    };
    await expect.poll(missed, { timeout: 20_000 }).toEqual([0, expect.closeTo(0, 0), expect.closeTo(0, 0)]);

    const { tunnels, app: live } = await shown();
    expect(live).toMatchObject({ name: 'shop', session: 'default' });
    expect(live.functions).toMatchObject([
      { id: 'Shop/Orders', deployed: { state: 'live', functionName: 'Orders' } },
      { id: 'Shop/Refunds', deployed: { state: 'live', functionName: 'Refunds' } },
    ]);
    const [{ usage, pid, identity }] = tunnels;
    expect(pid).toBe(tunnel.child.pid);
    expect(identity).toMatch(/^arn:aws:iam::/);
    expect(usage).toMatchObject({
      invocations: 3,
      failures: 1,
      functions: { 'Shop/Orders': { invocations: 2, failures: 0 }, 'Shop/Refunds': { invocations: 1, failures: 1 } },
    });
    expect(usage.functions['Shop/Orders'].operations).toBeGreaterThan(usage.functions['Shop/Refunds'].operations);

    const { code, stdout } = await status();
    expect(stdout).toMatch(
      /App shop, session default\n.*cdk\.out, synthesized \d+ s ago\nStack Shop\n {2}✓ Shop\/Orders +live as Orders +src\/Orders\.mjs/,
    );
    expect(stdout).toMatch(/● Tunnel of app shop, session default: process \d+, for \d+ s, by arn:aws:iam::/);
    expect(stdout).toMatch(
      /so far 3 invocations, 1 failed, \d+ operations of AppSync Events, [\d.]+ KB, about \$0\.0000\d+/,
    );
    expect(code).toBe(0);

    tunnel.child.kill('SIGINT');
    await tunnel.ended;
    expect(await readdir(join(home, 'cache', 'sessions'))).toEqual([]);
    expect((await status()).stdout).toContain('No tunnel of this session runs on this machine');
  });

  it('forgets a tunnel that was killed', async () => {
    const tunnel = programs.start(['--endpoint', emulator.endpoint], { cwd: app.folder, env: variables() });
    await tunnel.printed('Ready.');
    expect((await shown()).tunnels).toHaveLength(1);
    tunnel.child.kill('SIGKILL');
    await tunnel.ended;
    expect((await shown()).tunnels).toEqual([]);
  });

  it('tells what is deployed in another way than it was synthesized', async () => {
    const undo = await changeTemplate(app, ({ Resources }) => {
      delete Resources.Refunds;
      Object.assign(Resources.Orders?.Properties ?? {}, { Environment: { Variables: { TABLE: 'orders' } } });
    });
    await emulator.deploy(app.assembly);
    await undo();
    const { stdout } = await status();
    expect(stdout).toMatch(/! Shop\/Orders +Orders runs its own code in AWS/);
    expect(stdout).toMatch(
      /✗ Shop\/Refunds +not deployed .*\n +→ Deploy the app in live mode: `npx live-lambda deploy`/,
    );
    await emulator.deploy(app.assembly);
  });

  it('says what it does not know, without credentials and without an app', async () => {
    const bare = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'us-east-1',
    };
    const { stdout, code } = await runCli(['status', '--endpoint', emulator.endpoint], { cwd: app.folder, env: bare });
    expect(stdout).toMatch(/\? Shop\/Orders +The resources of stack Shop could not be listed/);
    expect(code).toBe(0);
    const nowhere = await runCli(['status', '--app', 'nowhere'], { cwd: app.folder, env: bare });
    expect(nowhere.stdout).toMatch(
      /There is no folder .*nowhere\.\n→ Deploy the CDK app.*\n\nNo tunnel runs on this machine\./,
    );
  });
});
