import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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
 * `runs` ends by itself; `stays` goes on while later blocks run; `prints` is more of its output; `types ^C` ends it. What
 * the handler's file is made is followed by the output of what goes on: `saves` changes it, `breaks` makes it none that can
 * be built, `mends` one that can.
 */
const markPattern = /^(runs|stays|prints|types \^C|saves|breaks|mends): (shop|new|local|live)$/;
type WorldName = 'shop' | 'new' | 'local' | 'live';
/** Each document has its own, in which nothing has happened yet. */
const ownWorlds = ['shop', 'new', 'local'] as const;

const terminals = documents.flatMap((document) => blocksOf(document).filter(({ language }) => language === 'console'));

interface World extends AsyncDisposable {
  readonly app: ShopApp;
  readonly env: NodeJS.ProcessEnv;
  /** Source of the handler, before anything happens to it. */
  readonly handler: string;
  /** Puts into the cloud what was synthesized. */
  deploy(): Promise<void>;
  running: Running | undefined;
}

interface Running {
  readonly child: ChildProcess;
  output: string;
  readonly ended: Promise<void>;
}

/**
 * `shop` has an app and a cloud; `new` the app before it knows live-lambda; `local` the app, and no cloud. `live` is the
 * shop of all documents: its app is deployed live, and a tunnel to which debuggers can attach runs.
 */
async function openWorld(name: WorldName): Promise<World> {
  const app = await shopApp({ isNew: name === 'new' });
  const emulator = name === 'shop' || name === 'live' ? await Emulator.start({ region: 'eu-west-1' }) : undefined;
  const ofCloud = emulator
    ? { ...developerVariables(emulator, app.variables.HOME ?? ''), LIVE_LAMBDA_ENDPOINT: emulator.endpoint }
    : {};
  const world: World = {
    app,
    env: { ...ofCloud, ...app.variables },
    handler: await readFile(app.at(handlerFile), 'utf8'),
    deploy: async () => void (await emulator?.deploy(app.at('cdk.out'))),
    running: undefined,
    async [Symbol.asyncDispose]() {
      world.running?.child.kill('SIGKILL');
      await world.running?.ended;
      await emulator?.close();
      await app[Symbol.asyncDispose]();
    },
  };
  if (name === 'live') {
    await run({ command: 'npx live-lambda deploy', output: [] }, world);
    world.running = start('npx live-lambda tunnel --inspect', world);
    await printed(['...', '12:00:00 Ready. Waiting for invocations; Ctrl-C stops.'], world.running);
  }
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
  const edit = edits[mark.replace(/:.*/, '')];
  if (edit && world.running) {
    const from = world.running.output.length;
    await world.app.write(handlerFile, edit(world.handler));
    await printed(before, world.running, from);
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

const handlerFile = 'lambda/hello.ts';

/** What a developer makes of the handler's source as it was at first; never twice the same where it is only saved. */
const edits: Readonly<Record<string, (source: string) => string>> = {
  saves: (source) => `${source}// ${randomUUID()}\n`,
  breaks: (source) => `${source}}\n`,
  mends: (source) => source,
};

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

  const blocksIn = (world: WorldName) => terminals.filter(({ mark }) => mark?.endsWith(`: ${world}`));
  const own = documents.flatMap((document) =>
    ownWorlds.map((world) => ({
      document,
      world,
      blocks: blocksIn(world).filter((each) => each.document === document),
    })),
  );
  const shared = { document: 'all of them', world: 'live', blocks: blocksIn('live') } as const;
  const stories = [...own, shared].filter(({ blocks }) => blocks.length > 0);

  it.each(stories)(
    'is what happens: $document, $world',
    async ({ world: name, blocks }) => {
      await using world = await openWorld(name);
      for (const block of blocks) await play(block, world);
    },
    180_000,
  );
});
