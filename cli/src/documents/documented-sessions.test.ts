import { type ChildProcess, spawn } from 'node:child_process';
import { Emulator } from '@live-lambda/emulator';
import { describe, expect, it } from 'vitest';
import { type ShopApp, shopApp } from '../fixtures/shop-app.ts';
import { developerVariables } from '../fixtures/tunnel-programs.ts';
import { blocksOf, type DocumentBlock, documents, type ShownCommand, shownCommands } from './document-blocks.ts';
import { missingLine } from './output-pattern.ts';

/** How long a program may take to print what is shown of it. */
const patienceMs = 60_000;

/**
 * What stands in the comment above a block of a terminal: what happens with it, and in which world.
 * `runs` ends by itself; `stays` goes on while later blocks run; `prints` is more of its output; `types ^C` ends it.
 */
const markPattern = /^(runs|stays|prints|types \^C): (shop|new|local)$/;
const playedWorlds = ['shop', 'new', 'local'] as const;
type WorldName = (typeof playedWorlds)[number];

const terminals = documents.flatMap((document) => blocksOf(document).filter(({ language }) => language === 'console'));

interface World extends AsyncDisposable {
  readonly app: ShopApp;
  readonly env: NodeJS.ProcessEnv;
  /** Puts into the cloud what was synthesized. */
  deploy(): Promise<void>;
  running: Running | undefined;
}

interface Running {
  readonly child: ChildProcess;
  output: string;
  readonly ended: Promise<void>;
}

/** `shop` has an app and a cloud; `new` the app before it knows live-lambda; `local` the app, and no cloud. */
async function openWorld(name: WorldName): Promise<World> {
  const app = await shopApp({ isNew: name === 'new' });
  const emulator = name === 'shop' ? await Emulator.start({ region: 'eu-west-1' }) : undefined;
  const ofCloud = emulator
    ? { ...developerVariables(emulator, app.variables.HOME ?? ''), LIVE_LAMBDA_ENDPOINT: emulator.endpoint }
    : {};
  const world: World = {
    app,
    env: { ...ofCloud, ...app.variables },
    deploy: async () => void (await emulator?.deploy(app.at('cdk.out'))),
    running: undefined,
    async [Symbol.asyncDispose]() {
      world.running?.child.kill('SIGKILL');
      await world.running?.ended;
      await emulator?.close();
      await app[Symbol.asyncDispose]();
    },
  };
  return world;
}

/** Where the project of the documents lies. */
const shownFolder = '/home/ada/shop';

function start(command: string, { app, env }: World): Running {
  const child = spawn('sh', ['-c', `exec ${command} 2>&1`], {
    cwd: app.folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const running: Running = { child, output: '', ended };
  child.stdout?.on('data', (chunk) => {
    running.output += String(chunk).replaceAll(app.folder, shownFolder);
  });
  return running;
}

/** Waits for what is shown; the output as it is then is told where it does not come. */
async function printed(shown: readonly string[], running: Running, from = 0): Promise<void> {
  const seen = () => running.output.slice(from);
  await expect
    .poll(() => (missingLine(shown, seen()) === undefined ? 'all of it' : seen()), { timeout: patienceMs })
    .toBe('all of it');
}

async function play({ mark = '', text }: DocumentBlock, world: World): Promise<void> {
  const { before, commands } = shownCommands(text);
  if (mark.startsWith('runs')) for (const each of commands) await run(each, world);
  if (mark.startsWith('stays')) {
    const [{ command, output }] = commands as [ShownCommand];
    world.running = start(command, world);
    await printed(output, world.running);
  }
  if (mark.startsWith('prints') && world.running) await printed(before, world.running);
  if (mark.startsWith('types') && world.running) {
    const from = world.running.output.length;
    world.running.child.kill('SIGINT');
    await world.running.ended;
    const shown = before.map((line) => line.replace(/^\^C/, ''));
    const output = world.running.output.slice(from);
    expect(missingLine(shown, output), output).toBeUndefined();
  }
}

async function run({ command, output }: ShownCommand, world: World): Promise<void> {
  const running = start(command, world);
  await running.ended;
  if (command.includes('deploy')) await world.deploy();
  expect(missingLine(output, running.output), `${command}\n${running.output}`).toBeUndefined();
}

describe('what documents show of terminals', () => {
  it.each(terminals.map((block) => [`${block.document}:${block.line}`, block] as const))(
    'says how it is checked: %s',
    (_, { mark }) => {
      expect(mark).toMatch(markPattern);
    },
  );

  const stories = documents.flatMap((document) =>
    playedWorlds.flatMap((world) => {
      const blocks = terminals.filter((block) => block.document === document && block.mark?.endsWith(`: ${world}`));
      return blocks.length === 0 ? [] : [{ document, world, blocks }];
    }),
  );

  it.each(stories)(
    'is what happens: $document, $world',
    async ({ world: name, blocks }) => {
      await using world = await openWorld(name);
      for (const block of blocks) await play(block, world);
    },
    180_000,
  );
});
