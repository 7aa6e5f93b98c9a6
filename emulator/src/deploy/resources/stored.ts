import { provisioned, type ResourceProvider, resourceName } from '../resource-provider.ts';

/** The longest name of a log group ("CreateLogGroup" in the Amazon CloudWatch Logs API reference). */
const maxLogGroupNameLength = 512;

/** Log groups exist by name only: what functions write goes to whoever listens to the emulator. */
export const logGroupProvider = (options: {
  readonly region: string;
  readonly accountId: string;
}): ResourceProvider => ({
  provision: async (request) => {
    const given = request.properties.LogGroupName;
    const name = resourceName(request, { given, maxLength: maxLogGroupNameLength });
    return provisioned(name, { Arn: `arn:aws:logs:${options.region}:${options.accountId}:log-group:${name}:*` });
  },
  remove: async () => {},
});

/** A resource that has no effect here but that nothing is lost by: who may invoke, and CDK's own metadata. */
export const inertProvider: ResourceProvider = {
  provision: async (request) => provisioned(request.previous?.physicalId ?? request.generateName(255)),
  remove: async () => {},
};
