import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { deployArguments, findCdk, shellText, synthArguments } from './cdk-command.ts';

const machine = { platform: 'linux', node: '/usr/bin/node' } as const;
const cdk = (folder: string) => ({
  [`${folder}/node_modules/aws-cdk/package.json`]: { bin: { cdk: 'bin/cdk' } },
  [`${folder}/node_modules/aws-cdk/bin/cdk`]: '',
});

describe('the CDK CLI of a project', () => {
  it('is the installed one, in the folder of the app or above', async () => {
    await using project = await scratchProject({ ...cdk('.'), 'packages/infra/cdk.json': {} });
    expect(findCdk(project.at('packages/infra'), machine)).toEqual({
      command: '/usr/bin/node',
      args: [project.at('node_modules/aws-cdk/bin/cdk')],
      shown: 'npx cdk',
    });
  });

  it("is yarn's with Plug'n'Play", async () => {
    await using project = await scratchProject({ '.pnp.cjs': '', 'infra/cdk.json': {} });
    expect(findCdk(project.at('infra'), machine)).toEqual({ command: 'yarn', args: ['cdk'], shown: 'yarn cdk' });
  });

  it('is fetched where there is none, on Windows without its command processor where Node has npm beside it', async () => {
    await using project = await scratchProject({ 'node/node_modules/npm/bin/npx-cli.js': '' });
    expect(findCdk(project.folder, machine)).toEqual({
      command: 'npx',
      args: ['--yes', 'aws-cdk@2'],
      shown: 'npx aws-cdk@2',
    });
    const node = project.at('node/node.exe');
    expect(findCdk(project.folder, { platform: 'win32', node })).toMatchObject({
      command: node,
      args: [project.at('node/node_modules/npm/bin/npx-cli.js'), '--yes', 'aws-cdk@2'],
    });
    expect(findCdk(project.folder, { platform: 'win32', node: project.at('node.exe') })).toMatchObject({
      command: 'cmd.exe',
      args: ['/d', '/s', '/c', 'npx', '--yes', 'aws-cdk@2'],
    });
  });
});

describe('the arguments of a live deploy', () => {
  const all = { functions: [], session: undefined, mode: undefined, timeoutSeconds: undefined, ci: false, rest: [] };

  it('make all functions live, or those that are named', () => {
    expect(deployArguments(all)).toEqual(['deploy', '-c', 'live-lambda=true']);
    expect(deployArguments({ ...all, functions: ['CreateOrder', 'Shop/*'] })).toEqual([
      'deploy',
      '-c',
      'live-lambda=CreateOrder,Shop/*',
    ]);
  });

  it('say the rest by context, and pass on what is for cdk behind it', () => {
    const rest = ['--all', '--require-approval', 'never'];
    expect(deployArguments({ ...all, session: 'ada', mode: 'fallback', timeoutSeconds: 600, ci: true, rest })).toEqual([
      'deploy',
      ...['-c', 'live-lambda=true'],
      ...['-c', 'live-lambda-session=ada'],
      ...['-c', 'live-lambda-mode=fallback'],
      ...['-c', 'live-lambda-timeout=600'],
      ...['-c', 'live-lambda-ci=true'],
      ...rest,
    ]);
  });

  it('are the context alone for a synth, whatever else is for the deploy', () => {
    const rest = ['Shop', '-c', 'stage=dev', '--require-approval', 'never', '--context=size=1'];
    expect(synthArguments({ ...all, session: 'ada', rest })).toEqual([
      ...['synth', '--quiet', '-c', 'live-lambda=true', '-c', 'live-lambda-session=ada'],
      ...['-c', 'stage=dev', '--context=size=1'],
    ]);
  });

  it('are shown as a shell takes them', () => {
    expect(shellText('npx cdk', ['deploy', '-c', 'live-lambda=Shop/*,!A', "it's", ''])).toBe(
      `npx cdk deploy -c 'live-lambda=Shop/*,!A' 'it'\\''s' ''`,
    );
  });
});
