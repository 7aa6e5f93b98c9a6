import { relative } from 'node:path';
import type { Emulator } from '@live-lambda/emulator';
import { appFolder } from './programs.ts';

/** Lines to paste into another terminal while the demo stays up. */
export function pasteLines(emulator: Emulator, functionName: string): string {
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  const { endpoint, region } = emulator;
  const event = JSON.stringify({
    customer: 'ada@example.com',
    lines: [{ sku: 'TEA-0042', quantity: 2, unitPriceCents: 799 }],
  });
  const file = relative(process.env.INIT_CWD ?? process.cwd(), `${appFolder}/functions/create-order/create-order.ts`);
  return [
    'Invoke it with curl:',
    '',
    `  curl --aws-sigv4 "aws:amz:${region}:lambda" --user "${accessKeyId}:${secretAccessKey}" \\`,
    `    --data '${event}' \\`,
    `    ${endpoint}/2015-03-31/functions/${functionName}/invocations`,
    '',
    'or with the AWS CLI, version 2:',
    '',
    // Before the one command only, so that the terminal keeps its own identity; a session token of its own would spoil this one.
    `  AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_SESSION_TOKEN= AWS_REGION=${region} \\`,
    `    aws lambda invoke --endpoint-url ${endpoint} --function-name ${functionName} \\`,
    `    --cli-binary-format raw-in-base64-out --payload '${event}' /dev/stdout`,
    '',
    'Then edit this file, or anything that it imports, save, and invoke again:',
    '',
    `  ${file}`,
    '',
    'These keys are good for this emulator alone. Ctrl-C stops everything.',
  ].join('\n');
}
