import { createDeployedCode, type DeployedCode } from './deployed-code.ts';
import { startDeployedProcess } from './deployed-process.ts';
import { passOn } from './pass-on.ts';
import type { RuntimeClient } from './runtime-client.ts';
import { deployedCommand, deployedVariables, runtimeApiVariable, type Settings } from './settings.ts';

/** What Lambda would have started without the stub, whose arguments it is. */
export function openDeployedCode(runtime: RuntimeClient, settings: Settings): DeployedCode {
  const { env } = process;
  const command = deployedCommand(process.argv.slice(2), settings);
  return createDeployedCode({
    runtime,
    serveOthers: passOn(env[runtimeApiVariable] ?? ''),
    startProcess: (runtimeApi) =>
      startDeployedProcess({ command, variables: deployedVariables(env, settings, runtimeApi) }),
  });
}
