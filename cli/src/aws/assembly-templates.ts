import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type TemplateFields = Readonly<Record<string, unknown>>;

/** A template of a synthesized app: that of a stack, or of a stack nested in it. */
export interface AssemblyTemplate {
  /** Name of the stack; of the outermost one for a nested one. */
  readonly stack: string;
  /** Logical ids of the nested stacks that lead to it, outermost first. */
  readonly nested: readonly string[];
  /** Null if the app leaves it to the deploy. */
  readonly region: string | null;
  /** By logical id. */
  readonly resources: TemplateFields;
}

/** CDK's place of a stack: `aws://ACCOUNT/REGION`, with this for a region that is left open (AWS CDK, "Environments"). */
const openRegion = 'unknown-region';

/**
 * The templates of a cloud assembly, those of its stages too. What is not there or cannot be read is left out: names are
 * found by it, and nothing is deployed.
 */
export async function assemblyTemplates(folder: string): Promise<readonly AssemblyTemplate[]> {
  const manifest = await readFields(join(folder, 'manifest.json'));
  const artifacts = Object.entries(fields(manifest.artifacts)).map(([id, artifact]) => ({ id, ...fields(artifact) }));
  const own = await Promise.all(artifacts.map((artifact) => stackTemplates(folder, artifact)));
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const stages = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('assembly-'));
  const below = await Promise.all(stages.map(({ name }) => assemblyTemplates(join(folder, name))));
  return [...own.flat(), ...below.flat()];
}

async function stackTemplates(folder: string, artifact: TemplateFields): Promise<readonly AssemblyTemplate[]> {
  const { templateFile, stackName } = fields(artifact.properties);
  if (artifact.type !== 'aws:cloudformation:stack' || typeof templateFile !== 'string') return [];
  const [, region = openRegion] = /^aws:\/\/[^/]*\/(.+)$/.exec(String(artifact.environment)) ?? [];
  return nestedTemplates(folder, {
    templateFile,
    stack: typeof stackName === 'string' ? stackName : String(artifact.id),
    region: region === openRegion ? null : region,
    nested: [],
  });
}

async function nestedTemplates(
  folder: string,
  { templateFile, ...of }: Omit<AssemblyTemplate, 'resources'> & { readonly templateFile: string },
): Promise<readonly AssemblyTemplate[]> {
  const resources = fields((await readFields(join(folder, templateFile))).Resources);
  const below = Object.entries(resources).map(async ([logicalId, resource]) => {
    const file = fields(fields(resource).Metadata)['aws:asset:path'];
    if (fields(resource).Type !== 'AWS::CloudFormation::Stack' || typeof file !== 'string') return [];
    return nestedTemplates(folder, { ...of, templateFile: file, nested: [...of.nested, logicalId] });
  });
  return [{ ...of, resources }, ...(await Promise.all(below)).flat()];
}

/** The members of an object; none of anything else. */
export function fields(value: unknown): TemplateFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

async function readFields(file: string): Promise<TemplateFields> {
  try {
    return fields(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {};
  }
}
