// A host of functions other than Lambda: it calls the handler of one that it has been given, and changes the credentials of
// a process that runs instead of starting another one. Each message has an event, and new variables if there are some.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const [, , file] = process.argv;
const { handler } = createRequire(import.meta.url)(file);

process.on('message', async ({ event, variables }) => {
  Object.assign(process.env, variables);
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 };
  try {
    process.send({ answer: await handler(event, context) });
  } catch (error) {
    process.send({ failure: `${error.name}: ${error.message}` });
  }
});
process.on('disconnect', () => process.exit());
