import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { uploadedFiles } from '../aws/assembly-assets.ts';
import { type AssemblyTemplate, fields } from '../aws/assembly-templates.ts';
import { awsClientOptions, type CloudAccess } from '../aws/client-options.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { ComparedCode, LookedUp } from './cloud-checks.ts';

export interface CodeOptions {
  readonly functions: readonly LocalFunction[];
  readonly lookedUp: readonly LookedUp[];
  readonly templates: readonly AssemblyTemplate[];
  readonly assembly: string;
  readonly access: CloudAccess;
}

const requestTimeoutMs = 15_000;

/** Whether the stubs that are deployed in place of functions' code are those of the last synth. */
export async function compareCode(options: CodeOptions): Promise<readonly ComparedCode[]> {
  const { functions, lookedUp, templates, assembly, access } = options;
  const files = await uploadedFiles(assembly);
  const compared = functions.map(async ({ described }): Promise<readonly ComparedCode[]> => {
    const { id, stack, logicalId, region } = described;
    const found = lookedUp.find((each) => each.id === id)?.found;
    const template = templates.find((each) => each.stack === stack.name && each.nested.join() === stack.nested.join());
    const { Code } = fields(fields(template?.resources[logicalId]).Properties);
    const file = files.get(String(fields(Code).S3Key));
    // In fallback the function keeps its own code, and the stub is a layer.
    if (described.mode !== 'replace' || found === undefined || found instanceof Error || file === undefined) return [];
    const [synthesized, deployed] = await Promise.all([
      readFile(file).then((bytes) => createHash('sha256').update(bytes).digest('base64')),
      deployedSha256(found.name, { access, region }),
    ]);
    return [{ id, isSame: synthesized === deployed }];
  });
  return (await Promise.all(compared)).flat();
}

/** Base64 of the SHA-256 of a function's zip. Source: AWS Lambda API reference, FunctionConfiguration, `CodeSha256`. */
async function deployedSha256(
  functionName: string,
  given: { readonly access: CloudAccess; readonly region: string | null },
): Promise<string | undefined> {
  const { LambdaClient, GetFunctionConfigurationCommand } = await import('../aws/lambda.ts');
  const client = new LambdaClient(await awsClientOptions({ ...given, requestTimeoutMs }));
  try {
    return (await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }))).CodeSha256;
  } finally {
    client.destroy();
  }
}
