// `npm run bench -w live-lambda`: CPU time of short commands, beside a bare Node and a program with nothing but oclif.
// CPU and not the clock, in turns and by the median, so that what else this machine does counts little.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 15);
const program = join(import.meta.dirname, 'bin', 'run.js');
const oclif = join(dirname(fileURLToPath(import.meta.resolve('@oclif/core'))), '..');

/** An oclif program with one command, its manifest and nothing else. */
async function bareOclif(folder) {
  await mkdir(join(folder, 'commands'), { recursive: true });
  await mkdir(join(folder, 'node_modules', '@oclif'), { recursive: true });
  await symlink(oclif, join(folder, 'node_modules', '@oclif', 'core'));
  const description = {
    name: 'bare',
    version: '1.0.0',
    type: 'module',
    oclif: { bin: 'bare', commands: './commands' },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(description));
  await writeFile(
    join(folder, 'commands', 'hello.js'),
    "import { Command } from '@oclif/core';\nexport default class extends Command { async run() { await this.parse(); this.log('hello'); } }\n",
  );
  const run = "import { execute } from '@oclif/core';\nawait execute({ dir: import.meta.url });\n";
  await writeFile(join(folder, 'run.js'), run);
  const { Plugin } = await import('@oclif/core/config');
  const plugin = new Plugin({ root: folder, type: 'core', ignoreManifest: true });
  await plugin.load();
  await writeFile(join(folder, 'oclif.manifest.json'), JSON.stringify(plugin.manifest));
  return join(folder, 'run.js');
}

/** CPU time of a Node process to its end, in milliseconds: user and system, children not counted. */
function cpuMs(args, cwd) {
  const source = "process.on('exit', () => process._rawDebug('cpu ' + JSON.stringify(process.cpuUsage())))";
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: cwd };
    const child = spawn(process.execPath, ['--import', `data:text/javascript,${source}`, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', () => {
      const usage = /cpu (\{.*\})/.exec(text)?.[1];
      if (usage === undefined) return reject(new Error(`node ${args.join(' ')} ended before it could say: ${text}`));
      const { user, system } = JSON.parse(usage);
      resolve((user + system) / 1000);
    });
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const folder = await mkdtemp(join(tmpdir(), 'live-lambda-start-'));
try {
  const bare = await bareOclif(join(folder, 'bare'));
  const cases = [
    ['node', ['-e', '0']],
    ['bare oclif --version', [bare, '--version']],
    ['bare oclif hello', [bare, 'hello']],
    ...['--version', 'version', 'help', 'config', 'keys list', 'deploy --help', 'tunnel --help'].map((args) => [
      `live-lambda ${args}`,
      [program, ...args.split(' ')],
    ]),
  ];
  const times = new Map(cases.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of cases) times.get(name).push(await cpuMs(args, folder));
  }
  const floor = median(times.get('bare oclif --version'));
  console.log(`CPU time of a start, medians of ${rounds}; limit for --version: 1.5 times bare oclif\n`);
  for (const [name] of cases) {
    const ms = median(times.get(name));
    console.log(`${name.padEnd(28)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / floor).toFixed(2)} times`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
