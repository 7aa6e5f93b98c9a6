// Synthesizes a CDK app as it lies there, with or without live-lambda, and reads what comes out.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const construct = join(import.meta.dirname, '..');
const preload = join(import.meta.dirname, 'attached-app.cjs');
/** What the CDK CLI tells an app of itself. {@link https://docs.aws.amazon.com/cdk/v2/guide/context.html} */
const cliContext = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:bundling-stacks': ['**'],
};
/** Where an app deploys that leaves it to the CLI, which is asked nothing here: to the emulator, if it is tried there. */
const defaultPlace = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'us-east-1' };

/** The command and context that the app's `cdk.json` and `cdk.context.json` say. */
export function readProject(folder) {
  const { app, context = {} } = readJson(join(folder, 'cdk.json'));
  return { app, context: { ...context, ...readJson(join(folder, 'cdk.context.json')) } };
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * Runs the app. Every run writes into the same folder, which is then renamed: what an app derives from its path is equal.
 *
 * @returns exit code and output of the app, and the folder of its cloud assembly
 */
export async function synthesize({ folder, app, context, attached, scratch, name }) {
  const outdir = join(scratch, 'cdk.out');
  const { code, output } = await runApp(app, {
    cwd: folder,
    env: {
      ...defaultPlace,
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...cliContext, ...context }),
      CDK_VALIDATION: 'false',
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(preload)}`.trim(),
      LIVE_LAMBDA_COMPATIBILITY: JSON.stringify({ construct, attached }),
      // Neither an identity of the developer's own nor their live mode in continuous integration is at stake here.
      LIVE_LAMBDA_CONFIG_DIR: join(scratch, 'config'),
    },
  });
  const assembly = join(scratch, name);
  if (existsSync(outdir)) renameSync(outdir, assembly);
  return { code, output, assembly };
}

function runApp(command, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { ...options, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Every file of a cloud assembly, by its path. */
export function readAssembly(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path)];
    }),
  );
}
