import path from 'node:path';
import type { LaunchCommand } from '@live-lambda/runner';
import type { FunctionConfiguration } from './function-configuration.ts';

/** The variable that names a program to start in the runtime's place. */
const execWrapperVariable = 'AWS_LAMBDA_EXEC_WRAPPER';

const taskFolder = '/var/task';
const layerFolder = '/opt';

/** A path of Lambda's file system on this machine; other paths are what they are. */
const localPath = (lambdaPath: string, roots: { readonly taskRoot: string; readonly optRoot: string }): string => {
  for (const [folder, root] of [
    [taskFolder, roots.taskRoot],
    [layerFolder, roots.optRoot],
  ] as const) {
    if (lambdaPath === folder || lambdaPath.startsWith(`${folder}/`))
      return path.join(root, lambdaPath.slice(folder.length));
  }
  return lambdaPath;
};

/**
 * Lambda's bootstrap is a shell script that replaces itself by the wrapper, with the runtime's command as arguments.
 * Doing the same makes the shell say what it says there: exit status 127 for a wrapper that is missing, 126 for one that
 * cannot be executed. Source: "Modifying the runtime environment" in the AWS Lambda developer guide.
 */
const throughShell = (program: string, original: LaunchCommand): LaunchCommand => ({
  ...original,
  command: '/bin/sh',
  args: ['-c', 'exec "$0" "$@"', program, original.command, ...original.args],
});

/** How the runtime of a Node.js function is started. */
export type NodeRuntime = (
  fn: Pick<FunctionConfiguration, 'runtime' | 'taskRoot' | 'handler' | 'memoryMb'>,
) => LaunchCommand;

export type LaunchChoice =
  | { readonly type: 'launch'; readonly command: LaunchCommand }
  | { readonly type: 'unsupported'; readonly reason: string };

/** How the process of a function starts. Only managed runtimes honour a wrapper; OS-only ones start `bootstrap`. */
export const chooseLaunch = (configuration: FunctionConfiguration, nodeRuntime: NodeRuntime): LaunchChoice => {
  const { runtime, taskRoot } = configuration;
  if (runtime.startsWith('provided')) {
    const original = { command: path.join(taskRoot, 'bootstrap'), args: [], cwd: taskRoot, env: {} };
    return {
      type: 'launch',
      command: { ...original, command: '/bin/sh', args: ['-c', 'exec "$0"', original.command] },
    };
  }
  if (!runtime.startsWith('nodejs')) {
    return { type: 'unsupported', reason: `the emulator has no runtime ${runtime}; it runs nodejs*.x and provided.*` };
  }
  const original = nodeRuntime(configuration);
  const wrapper = configuration.environment[execWrapperVariable];
  if (!wrapper) return { type: 'launch', command: original };
  return { type: 'launch', command: throughShell(localPath(wrapper, configuration), original) };
};
