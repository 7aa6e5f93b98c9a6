import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface AwsCliOptions {
  /** Folder of its program. */
  readonly programs: string;
  readonly endpoint: string;
  readonly region: string;
  /** Credentials. */
  readonly variables: Readonly<Record<string, string>>;
  /** For files that are named without a folder, and instead of the home in which the CLI keeps a configuration. */
  readonly folder: string;
}

/** Runs one command. @returns what it answers as JSON @throws Error with what it said when it fails */
export type AwsCli = (...args: readonly string[]) => Promise<unknown>;

/** The AWS CLI for a cloud. */
export function createAwsCli({ programs, endpoint, region, variables, folder }: AwsCliOptions): AwsCli {
  const env = { ...variables, HOME: folder, PATH: process.env.PATH ?? '', AWS_PAGER: '' };
  return async (...args) => {
    const all = ['--endpoint-url', endpoint, '--region', region, '--output', 'json', ...args];
    const { stdout } = await execute(join(programs, 'aws'), all, { cwd: folder, env });
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
}
