import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { StackOutput, StackStore } from '../cloudformation/stack-store.ts';
import type { EmulatorListener } from '../events.ts';
import type { Asset } from './cloud-assembly.ts';
import { DeploymentError } from './deployment-error.ts';
import { resolve, type TemplateScope } from './intrinsics.ts';
import { type JsonValue, objectOrEmpty, textOrUndefined } from './json.ts';
import { physicalName } from './physical-name.ts';
import { resourceOrder } from './resource-order.ts';
import type { Provisioned, ProvisionedResource, ResourceProvider } from './resource-provider.ts';
import { createStackScope } from './stack-scope.ts';
import { parseTemplate, type Template, type TemplateResource } from './template.ts';

/** A function that a deployment made or updated. */
export interface DeployedFunction {
  readonly logicalId: string;
  readonly name: string;
}

export interface SkippedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
}

export interface DeployedStack {
  readonly name: string;
  readonly stackId: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: readonly DeployedFunction[];
  readonly skipped: readonly SkippedResource[];
}

interface LiveResource {
  readonly type: string;
  readonly resource: ProvisionedResource;
}

/** What stays of a stack between deployments. Filled as a deployment goes on, so that a failed one can be repeated. */
export interface StackState {
  readonly stackId: string;
  readonly resources: Map<string, LiveResource>;
}

export interface StackRequest {
  readonly stackName: string;
  readonly templateFile: string;
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly assets: ReadonlyMap<string, Asset>;
}

export interface StackContext {
  readonly region: string;
  readonly accountId: string;
  readonly providerOf: (type: string) => ResourceProvider | undefined;
  readonly stacks: StackStore;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

/** One deployment of one stack while it goes on. */
interface StackRun {
  readonly request: StackRequest;
  readonly context: StackContext;
  readonly state: StackState;
  readonly template: Template;
  readonly scope: TemplateScope;
  readonly provisioned: Map<string, ProvisionedResource>;
  /** Logical id -> type. */
  readonly skippedTypes: Map<string, string>;
  readonly skipped: SkippedResource[];
}

const functionType = 'AWS::Lambda::Function';

const readTemplate = (file: string): Template => {
  if (!existsSync(file)) throw new DeploymentError(`${file} does not exist. Synthesize the app again (cdk synth).`);
  return parseTemplate(readFileSync(file, 'utf8'), file);
};

const startRun = (request: StackRequest, state: StackState, context: StackContext): StackRun => {
  const { stackName, templateFile, parameters } = request;
  const { region, accountId } = context;
  const template = readTemplate(templateFile);
  const provisioned = new Map<string, ProvisionedResource>();
  const skippedTypes = new Map<string, string>();
  const scope = createStackScope({
    stackName,
    stackId: state.stackId,
    region,
    accountId,
    template,
    parameters,
    states: { provisioned, skipped: skippedTypes },
    importValue: (name) => context.stacks.exported(name),
    onPlaceholder: (placeholder) => context.onEvent({ type: 'placeholder-used', stackName, ...placeholder }),
  });
  return { request, context, state, template, scope, provisioned, skippedTypes, skipped: [] };
};

const skip = (run: StackRun, skipped: SkippedResource): void => {
  run.skipped.push(skipped);
  const { logicalId, type, reason } = skipped;
  const { stackName } = run.request;
  run.context.onEvent({ type: 'resource-skipped', stackName, logicalId, resourceType: type, reason });
};

const provision = async (run: StackRun, resource: TemplateResource): Promise<Provisioned> => {
  const { logicalId, type } = resource;
  const { stackName, assets } = run.request;
  const provider = run.context.providerOf(type);
  if (!provider) return { type: 'skipped', reason: 'this type of resource is not emulated' };
  const existing = run.state.resources.get(logicalId);
  const properties = resolve(resource.properties, { ...run.scope, place: `${stackName}: ${logicalId}` });
  return provider.provision({
    stackName,
    logicalId,
    properties: objectOrEmpty(properties),
    previous: existing?.type === type ? existing.resource : undefined,
    generateName: (maxLength) => physicalName({ stackName, logicalId, maxLength, randomBytes }),
    assets,
    leaveOut: (part, reason) => skip(run, { logicalId, type: part, reason }),
  });
};

const provisionAll = async (run: StackRun): Promise<void> => {
  for (const resource of resourceOrder(run.template, run.request.templateFile)) {
    const { logicalId, type, condition } = resource;
    if (condition !== undefined && run.scope.condition(condition) !== true) continue;
    const result = await provision(run, resource);
    if (result.type === 'skipped') {
      run.skippedTypes.set(logicalId, type);
      skip(run, { logicalId, type, reason: result.reason });
      continue;
    }
    run.provisioned.set(logicalId, result.resource);
    run.state.resources.set(logicalId, { type, resource: result.resource });
  }
};

/** Takes away what a stack has and is not to keep. */
export const removeResources = async (
  state: StackState,
  options: { readonly kept: ReadonlySet<string>; readonly providerOf: StackContext['providerOf'] },
): Promise<void> => {
  // The other way round than they were made, so that nothing is left without what it needs.
  for (const [logicalId, { type, resource }] of [...state.resources].reverse()) {
    if (options.kept.has(logicalId)) continue;
    await options.providerOf(type)?.remove(resource);
    state.resources.delete(logicalId);
  }
};

const outputsOf = ({ template, scope }: StackRun): readonly StackOutput[] =>
  Object.entries(template.outputs).flatMap(([key, declaration]) => {
    const { Condition, Description, Export, Value = '' } = objectOrEmpty(declaration);
    if (typeof Condition === 'string' && scope.condition(Condition) !== true) return [];
    const exportName = objectOrEmpty(Export).Name;
    return [
      {
        key,
        value: textOrUndefined(resolve(Value, scope)) ?? '',
        description: typeof Description === 'string' ? Description : undefined,
        exportName: exportName === undefined ? undefined : textOrUndefined(resolve(exportName, scope)),
      },
    ];
  });

const record = (run: StackRun, outputs: readonly StackOutput[]): void => {
  const { context, state, request } = run;
  const earlier = context.stacks.find(state.stackId);
  const nowMs = context.now();
  context.stacks.put({
    stackName: request.stackName,
    stackId: state.stackId,
    status: earlier ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE',
    createdMs: earlier?.createdMs ?? nowMs,
    updatedMs: earlier ? nowMs : undefined,
    outputs,
    resources: [...state.resources].map(([logicalId, { type, resource }]) => ({
      logicalId,
      physicalId: resource.physicalId,
      type,
    })),
  });
};

/** Creates or updates one stack. @throws DeploymentError */
export const deployStack = async (
  request: StackRequest,
  state: StackState,
  context: StackContext,
): Promise<DeployedStack> => {
  const run = startRun(request, state, context);
  await provisionAll(run);
  await removeResources(state, { kept: new Set(run.provisioned.keys()), providerOf: context.providerOf });
  const outputs = outputsOf(run);
  record(run, outputs);
  return {
    name: request.stackName,
    stackId: state.stackId,
    outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
    functions: [...state.resources]
      .filter(([, { type }]) => type === functionType)
      .map(([logicalId, { resource }]) => ({ logicalId, name: resource.physicalId })),
    skipped: run.skipped,
  };
};
