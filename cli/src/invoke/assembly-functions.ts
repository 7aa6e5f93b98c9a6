import { type AssemblyTemplate, assemblyTemplates, fields, type TemplateFields } from '../aws/assembly-templates.ts';

/** A function of a synthesized app, live or not, as its templates declare it. */
export interface AssemblyFunction {
  /** Construct path; its place in the template where the app was synthesized without paths. */
  readonly id: string;
  readonly stack: string;
  /** Logical ids of the nested stacks that lead to it, outermost first. */
  readonly nested: readonly string[];
  readonly logicalId: string;
  /** Null if the app leaves it to the deploy. */
  readonly region: string | null;
  /** Whether a function URL of it streams its answers. */
  readonly streams: boolean;
}

/** The functions of all stacks of a cloud assembly; none where it is no assembly. */
export async function assemblyFunctions(folder: string): Promise<readonly AssemblyFunction[]> {
  return (await assemblyTemplates(folder)).flatMap(templateFunctions);
}

function templateFunctions({ resources, stack, nested, region }: AssemblyTemplate): readonly AssemblyFunction[] {
  const declared = Object.entries(resources).map(([logicalId, resource]) => ({
    logicalId,
    resource: fields(resource),
  }));
  const streaming = new Set(declared.flatMap(({ resource }) => streamingTarget(resource)));
  return declared.flatMap(({ logicalId, resource: { Type, Metadata } }) => {
    if (Type !== 'AWS::Lambda::Function') return [];
    const path = fields(Metadata)['aws:cdk:path'];
    const id = typeof path === 'string' ? path.replace(/\/Resource$/, '') : [stack, ...nested, logicalId].join('/');
    return [{ id, stack, nested, logicalId, region, streams: streaming.has(logicalId) }];
  });
}

/** The logical id of the function that a streaming URL is of. */
function streamingTarget({ Type, Properties }: TemplateFields): readonly string[] {
  const { InvokeMode, TargetFunctionArn } = fields(Properties);
  if (Type !== 'AWS::Lambda::Url' || InvokeMode !== 'RESPONSE_STREAM') return [];
  const [target] = [fields(TargetFunctionArn)['Fn::GetAtt']].flat();
  return typeof target === 'string' ? [target] : [];
}
