import { DeploymentError } from './deployment-error.ts';
import { isJsonObject, type JsonObject, type JsonValue, listOrEmpty, objectOrEmpty } from './json.ts';

/** One entry of `Resources`. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  /** The name of a condition, if the resource has one. */
  readonly condition: string | undefined;
}

/** A CloudFormation template, its sections taken apart, nothing resolved. */
export interface Template {
  readonly parameters: JsonObject;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: JsonObject;
}

const dependencies = (value: JsonValue | undefined): readonly string[] =>
  (typeof value === 'string' ? [value] : listOrEmpty(value)).filter((name) => typeof name === 'string');

const parseResource = (options: {
  readonly logicalId: string;
  readonly value: JsonValue;
  readonly file: string;
}): TemplateResource => {
  const { logicalId, value, file } = options;
  const type = isJsonObject(value) ? value.Type : undefined;
  if (!isJsonObject(value) || typeof type !== 'string') {
    throw new DeploymentError(
      `${file}: resource ${logicalId} has no Type. Synthesize the app again; if it stays, the template was edited by hand.`,
    );
  }
  const { Properties, DependsOn, Condition } = value;
  return {
    logicalId,
    type,
    properties: objectOrEmpty(Properties),
    dependsOn: dependencies(DependsOn),
    condition: typeof Condition === 'string' ? Condition : undefined,
  };
};

/** Reads a template in JSON, as the CDK writes it. `file` is for messages only. */
export const parseTemplate = (text: string, file: string): Template => {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DeploymentError(`${file} is not valid JSON. Synthesize the app again (cdk synth).`, { cause: error });
  }
  const resources = isJsonObject(value) ? value.Resources : undefined;
  if (!isJsonObject(value) || !isJsonObject(resources)) {
    throw new DeploymentError(
      `${file} is not a CloudFormation template: it has no Resources. Synthesize the app again.`,
    );
  }
  return {
    parameters: objectOrEmpty(value.Parameters),
    mappings: objectOrEmpty(value.Mappings),
    conditions: objectOrEmpty(value.Conditions),
    outputs: objectOrEmpty(value.Outputs),
    resources: new Map(
      Object.entries(resources).map(([logicalId, resource]) => [
        logicalId,
        parseResource({ logicalId, value: resource, file }),
      ]),
    ),
  };
};
