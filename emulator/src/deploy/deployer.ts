import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { StackStore } from '../cloudformation/stack-store.ts';
import type { EmulatorListener } from '../events.ts';
import { readCloudAssembly, type StackArtifact } from './cloud-assembly.ts';
import { DeploymentError } from './deployment-error.ts';
import type { ResourceProvider } from './resource-provider.ts';
import { nestedStackProvider } from './resources/nested-stack.ts';
import {
  type DeployedStack,
  deployStack,
  removeResources,
  type StackContext,
  type StackRequest,
  type StackState,
} from './stack-deployment.ts';

export interface Deployment {
  /** In the order of their deployment; nested stacks come before those that hold them. */
  readonly stacks: readonly DeployedStack[];
}

export interface DeployerOptions {
  readonly region: string;
  readonly accountId: string;
  /** By CloudFormation's name of the type. */
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly stacks: StackStore;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

/** Brings synthesized CDK apps into the emulator. */
export interface Deployer {
  /** Creates or updates every stack of a cloud assembly. @throws DeploymentError */
  deploy(folder: string): Promise<Deployment>;
}

const nestedStackType = 'AWS::CloudFormation::Stack';

const checkEnvironment = (stack: StackArtifact, options: DeployerOptions): void => {
  const { accountId = options.accountId, region = options.region } = stack;
  if (accountId === options.accountId && region === options.region) return;
  throw new DeploymentError(
    `${stack.stackName} is made for aws://${accountId}/${region}, and this emulator is aws://${options.accountId}/${options.region}. Start the emulator with that account and region.`,
  );
};

export const createDeployer = (options: DeployerOptions): Deployer => {
  const { region, accountId, stacks, providers } = options;
  const states = new Map<string, StackState>();

  const stateOf = (stackName: string): StackState => {
    const newId = () => `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/${randomUUID()}`;
    const state = states.get(stackName) ?? { stackId: newId(), resources: new Map() };
    states.set(stackName, state);
    return state;
  };

  const providersInto = (finished: DeployedStack[]): StackContext['providerOf'] => {
    const nested = nestedStackProvider({ deploy: (request) => deployInto(request, finished), remove: removeStack });
    return (type) => (type === nestedStackType ? nested : providers.get(type));
  };

  const deployInto = async (request: StackRequest, finished: DeployedStack[]): Promise<DeployedStack> => {
    const context = { ...options, providerOf: providersInto(finished) };
    const deployed = await deployStack(request, stateOf(request.stackName), context);
    finished.push(deployed);
    return deployed;
  };

  const removeStack = async (stackName: string): Promise<void> => {
    const state = states.get(stackName);
    if (!state) return;
    await removeResources(state, { kept: new Set(), providerOf: providersInto([]) });
    states.delete(stackName);
    stacks.remove(state.stackId);
  };

  return {
    deploy: async (folder) => {
      const artifacts = readCloudAssembly(path.resolve(folder));
      for (const artifact of artifacts) checkEnvironment(artifact, options);
      const finished: DeployedStack[] = [];
      for (const { stackName, templateFile, assets } of artifacts) {
        await deployInto({ stackName, templateFile, parameters: {}, assets }, finished);
      }
      return { stacks: finished };
    },
  };
};
