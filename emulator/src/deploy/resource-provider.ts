import type { Asset } from './cloud-assembly.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** A resource that exists, as templates and CloudFormation's API see it. */
export interface ProvisionedResource {
  /** What `Ref` gives, and what ListStackResources shows. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  readonly attributes: JsonObject;
}

export interface ProvisionRequest {
  readonly stackName: string;
  readonly logicalId: string;
  /** Every function in them resolved. */
  readonly properties: JsonObject;
  /** What the last deployment made of the same resource. */
  readonly previous: ProvisionedResource | undefined;
  /** A generated name of at most so many characters. */
  readonly generateName: (maxLength: number) => string;
  readonly assets: ReadonlyMap<string, Asset>;
  /** Tells that a part of the resource is left out: what kind of thing it is, and why. */
  readonly leaveOut: (type: string, reason: string) => void;
}

export type Provisioned =
  | { readonly type: 'provisioned'; readonly resource: ProvisionedResource }
  | { readonly type: 'skipped'; readonly reason: string };

/** Makes resources of one type, updates them, takes them away. */
export interface ResourceProvider {
  /** @throws DeploymentError when the properties cannot be deployed. */
  provision(request: ProvisionRequest): Promise<Provisioned>;
  remove(resource: ProvisionedResource): Promise<void>;
}

export const provisioned = (physicalId: string, attributes: JsonObject = {}): Provisioned => ({
  type: 'provisioned',
  resource: { physicalId, attributes },
});

/** The name that the template gives, else the one of the last deployment, else a new one. */
export const resourceName = (
  request: ProvisionRequest,
  options: {
    readonly given: JsonValue | undefined;
    readonly previous?: string | undefined;
    readonly maxLength: number;
  },
): string => {
  if (typeof options.given === 'string' && options.given !== '') return options.given;
  return options.previous ?? request.previous?.physicalId ?? request.generateName(options.maxLength);
};
