import { shellText } from '../deploy/cdk-command.ts';
import { projectCommand } from '../project-command.ts';
import type { LocalRecord } from './local-record.ts';

export interface Invocable {
  /** As `live-lambda invoke` finds it. */
  readonly id: string;
  /** Physical. */
  readonly functionName: string;
}

export interface ShownInvocable extends Invocable {
  /** Folder of the synthesized app, where it must be named. */
  readonly assembly: string | undefined;
}

/** Lines to paste into another terminal while the emulator runs. */
export function howToInvoke({ id, functionName, assembly }: ShownInvocable, local: LocalRecord): string {
  const { endpoint, region, accessKeyId, secretAccessKey } = local;
  return [
    'Invoke a function from another terminal, in this folder:',
    '',
    `  ${shellText(projectCommand('live-lambda'), ['invoke', id, '--event', '{}', ...(assembly === undefined ? [] : ['--app', assembly])])}`,
    '',
    'or with the AWS CLI, version 2:',
    '',
    // Before the one command, so that the terminal keeps its own identity; a session token of its own would spoil this one.
    `  AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_SESSION_TOKEN= AWS_REGION=${region} \\`,
    `    aws lambda invoke --endpoint-url ${endpoint} --function-name ${functionName} \\`,
    `    --cli-binary-format raw-in-base64-out --payload '{}' /dev/stdout`,
    '',
    'or with curl:',
    '',
    `  curl --aws-sigv4 "aws:amz:${region}:lambda" --user "${accessKeyId}:${secretAccessKey}" \\`,
    `    --data '{}' ${endpoint}/2015-03-31/functions/${functionName}/invocations`,
    '',
    'These keys open this emulator alone, and only while it runs.',
  ].join('\n');
}
