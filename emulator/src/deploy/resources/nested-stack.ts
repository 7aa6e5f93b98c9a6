import { objectOrEmpty } from '../json.ts';
import { provisioned, type ResourceProvider } from '../resource-provider.ts';
import type { DeployedStack, StackRequest } from '../stack-deployment.ts';

/** The longest name of a stack ("CreateStack" in the AWS CloudFormation API reference). */
const maxStackNameLength = 128;

const stackNameOf = (stackId: string | undefined): string | undefined => /:stack\/([^/]+)\//.exec(stackId ?? '')?.[1];

/** `AWS::CloudFormation::Stack`, its template taken from the app's own files. */
export const nestedStackProvider = (options: {
  readonly deploy: (request: StackRequest) => Promise<DeployedStack>;
  readonly remove: (stackName: string) => Promise<void>;
}): ResourceProvider => ({
  provision: async (request) => {
    const { TemplateURL, Parameters } = request.properties;
    const objectKey = typeof TemplateURL === 'string' ? TemplateURL.split('/').at(-1) : undefined;
    const template = request.assets.get(objectKey ?? '');
    if (!template) return { type: 'skipped', reason: 'its template is not part of the synthesized app' };
    const deployed = await options.deploy({
      stackName: stackNameOf(request.previous?.physicalId) ?? request.generateName(maxStackNameLength),
      templateFile: template.file,
      parameters: objectOrEmpty(Parameters),
      assets: request.assets,
    });
    const outputs = Object.entries(deployed.outputs).map(([key, value]) => [`Outputs.${key}`, value] as const);
    return provisioned(deployed.stackId, Object.fromEntries(outputs));
  },
  remove: async (resource) => {
    const stackName = stackNameOf(resource.physicalId);
    if (stackName !== undefined) await options.remove(stackName);
  },
});
