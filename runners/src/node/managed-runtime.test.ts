import { describe, expect, it } from 'vitest';
import { nodeRuntimeLaunch } from './managed-runtime.ts';

describe('the launch of a deployment package', () => {
  const options = { taskRoot: '/task', handler: 'src/orders.create', memoryMb: 512, runtime: 'nodejs22.x' };

  it('starts the chosen Node, with those flags of Lambda that it knows', () => {
    const node = { path: '/node22/bin/node', accepts: (flag: string) => flag.includes('require-module') };
    const { command, args, cwd } = nodeRuntimeLaunch({ ...options, node, clientPath: '/client.mjs' });
    expect(command).toBe('/node22/bin/node');
    expect(args).toEqual([
      '--expose-gc',
      '--max-http-header-size=81920',
      '--max-semi-space-size=25',
      '--max-old-space-size=460',
      '--no-experimental-require-module',
      '/client.mjs',
    ]);
    expect(cwd).toBe('/task');
  });

  it('starts our client on the running Node otherwise', () => {
    const { command, args, env } = nodeRuntimeLaunch(options);
    expect(command).toBe(process.execPath);
    expect(args.at(-1)).toMatch(/client-main\.js$/);
    expect(env).toEqual({ LAMBDA_TASK_ROOT: '/task', _HANDLER: 'src/orders.create' });
  });
});
