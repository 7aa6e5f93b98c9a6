import { appendFile } from 'node:fs/promises';

/** Does what the event says, and tells what it was called with, and where it runs. */
export const handler = async (event, context) => {
  if (event.note !== undefined) console.log(event.note);
  if (event.file !== undefined) await appendFile(event.file, `${event.title} ${context.awsRequestId}\n`);
  if (event.refuse !== undefined) throw Object.assign(new Error(event.refuse), { name: 'BookRefused' });
  if (event.letters !== undefined) return 'x'.repeat(event.letters);
  return {
    event,
    folder: import.meta.dirname,
    requestId: context.awsRequestId,
    arn: context.invokedFunctionArn,
    version: context.functionVersion,
    desk: context.clientContext?.custom?.desk ?? null,
  };
};
