// `npm run picture -w live-lambda`: plays a session in tmux, against the emulator, and writes the README's picture of it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Emulator } from '@live-lambda/emulator';
import { shopApp } from '../fixtures/shop-app.ts';
import { developerVariables } from '../fixtures/tunnel-programs.ts';
import { terminalSvg } from './terminal-svg.ts';

const file = new URL('../../../docs/images/session.svg', import.meta.url);
const socket = `live-lambda-picture-${process.pid}`;
const columns = 112;
const patienceMs = 60_000;

const tmux = (...args: readonly string[]) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });

/** What a terminal shows, without the empty lines at its end. */
const screenOf = (name: string) => tmux('capture-pane', '-e', '-p', '-t', name).trimEnd().split('\n');

async function shows(name: string, text: string): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  while (!tmux('capture-pane', '-p', '-t', name).includes(text)) {
    if (Date.now() > giveUpAt) throw new Error(`"${text}" did not come:\n${screenOf(name).join('\n')}`);
    await sleep(100);
  }
}

async function openTerminal(name: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const variables = Object.entries(env).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  tmux(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    '30',
    '-s',
    name,
    '-c',
    folder,
    ...variables,
    'bash --norc --noprofile',
  );
  await shows(name, 'bash-');
  tmux('send-keys', '-t', name, `PS1='$ '; clear`, 'Enter');
  await sleep(500);
}

/** Types a command as a user does. */
async function type(name: string, command: string): Promise<void> {
  await shows(name, '$');
  tmux('send-keys', '-t', name, command, 'Enter');
}

await using app = await shopApp({ isNew: false });
await using emulator = await Emulator.start({ region: 'eu-west-1' });
const env = {
  ...developerVariables(emulator, app.at('.home')),
  LIVE_LAMBDA_ENDPOINT: emulator.endpoint,
  ...app.variables,
  CI: '',
};
execFileSync('sh', ['-c', 'npx live-lambda deploy'], { cwd: app.folder, env, stdio: 'ignore' });
await emulator.deploy(app.at('cdk.out'));
try {
  await openTerminal('tunnel', app.folder, env);
  await openTerminal('caller', app.folder, env);
  await type('tunnel', 'npx live-lambda tunnel');
  await shows('tunnel', 'Ready.');
  await type('caller', `npx live-lambda invoke Hello --event '{"name":"Ada"}'`);
  await shows('caller', '✓ Shop/Hello');
  const source = readFileSync(app.at('lambda/hello.ts'), 'utf8');
  writeFileSync(app.at('lambda/hello.ts'), source.replace('Hello, ', 'Good morning, '));
  await shows('tunnel', 'hello.ts changed');
  await type('caller', 'npx live-lambda invoke Hello');
  await shows('caller', 'Good morning');
  await sleep(500);
  const screens = [
    { title: 'shop: the tunnel', lines: screenOf('tunnel') },
    { title: 'another terminal', lines: screenOf('caller').slice(0, -1) },
  ];
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, terminalSvg(screens).replaceAll(app.folder, '/home/ada/shop'));
} finally {
  tmux('kill-server');
}
