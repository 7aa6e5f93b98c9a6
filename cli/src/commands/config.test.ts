import { describe, expect, it } from 'vitest';
import { runCli } from '../fixtures/run-cli.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';

const text = `import { defineConfig } from 'live-lambda';

export default defineConfig({
  runner: 'esm',
  maxEnvironments: 3,
  functions: {
    'Shop/Orders': { runner: 'tsx', env: { TOKEN: 'very secret', TABLE: 'local' } },
  },
});
`;

describe('live-lambda config', () => {
  it('shows what holds and who said it, from anywhere in a workspace, and no value of a variable', async () => {
    await using project = await scratchProject({
      'package.json': { workspaces: ['services/*'] },
      'services/orders/package.json': {},
      'live-lambda.config.ts': text,
    });
    const options = { cwd: project.at('services/orders'), env: { LIVE_LAMBDA_MAX_ENVIRONMENTS: '7' } };
    const [plain, json] = await Promise.all([runCli(['config'], options), runCli(['config', '--json'], options)]);
    const file = project.at('live-lambda.config.ts');
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout).toContain(`Config file: ${file}\n`);
    expect(plain.stdout).toMatch(/ {2}maxEnvironments +7 +LIVE_LAMBDA_MAX_ENVIRONMENTS\n/);
    expect(plain.stdout).toMatch(/ {2}runner +esm +\S+live-lambda\.config\.ts:4\n/);
    expect(plain.stdout).toMatch(/ {2}functions +Shop\/Orders: runner tsx; env TOKEN, TABLE +\S+config\.ts:6\n/);
    expect(plain.stdout).toMatch(/ {2}verbose +false +default\n/);
    expect(JSON.parse(json.stdout)).toMatchObject({
      file,
      settings: {
        maxEnvironments: { value: 7, layer: 'environment', origin: 'LIVE_LAMBDA_MAX_ENVIRONMENTS' },
        runner: { value: 'esm', layer: 'config', origin: `${file}:4` },
        session: { value: null, layer: 'default', origin: 'default' },
        functions: { value: { 'Shop/Orders': { runner: 'tsx', env: ['TOKEN', 'TABLE'] } } },
      },
    });
    expect(plain.stdout + json.stdout).not.toContain('very secret');
  });

  it('says where a config is wrong, and that there is none', async () => {
    await using project = await scratchProject({
      'a/live-lambda.config.json': '{\n  "functions": { "F": { "runer": "x" } }\n}',
    });
    const wrong = await runCli(['config', '--json'], { cwd: project.at('a') });
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout).error).toEqual({
      message: `${project.at('a/live-lambda.config.json')}:2: there is no setting functions.F.runer.`,
      code: 'failed',
      suggestions: ['Did you mean "runner"?'],
    });
    expect((await runCli(['config'], { cwd: project.folder })).stdout).toContain('No config file');
  });
});
