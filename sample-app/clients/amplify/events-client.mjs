// A program that uses AppSync Events by Amplify's own client, as whoever forks it says: one message asks, one answers.
import { Amplify } from 'aws-amplify';
import { events } from 'aws-amplify/data';
import { Hub } from 'aws-amplify/utils';
import { WebSocket } from 'ws';

// Browsers have it, and Node.js from its version 22 on.
globalThis.WebSocket ??= WebSocket;

const channels = new Map();
const subscriptions = new Map();

const channelOf = (name) => channels.get(name) ?? fail(`channel ${name} is not connected`);

const fail = (text) => {
  throw new Error(text);
};

const actions = {
  configure: ({ endpoint, region, credentials, authMode = 'iam', apiKey }) => {
    const session = { credentials, identityId: 'tester' };
    const credentialsProvider = {
      getCredentialsAndIdentityId: async () => session,
      clearCredentialsAndIdentityId: () => undefined,
    };
    const api = { endpoint, region, defaultAuthMode: authMode, ...(apiKey === undefined ? {} : { apiKey }) };
    Amplify.configure({ API: { Events: api } }, { Auth: { credentialsProvider } });
  },
  connect: async ({ channel }) => {
    channels.set(channel, await events.connect(channel));
  },
  subscribe: async ({ channel, name }) => {
    const subscription = channelOf(channel).subscribe({
      next: ({ event }) => process.send({ type: 'event', name, event }),
      error: ({ errors }) => process.send({ type: 'error', name, messages: errors.map(({ message }) => message) }),
    });
    subscriptions.set(name, subscription);
    await subscription.ready;
  },
  unsubscribe: ({ name }) => subscriptions.get(name).unsubscribe(),
  publish: async ({ channel, event }) => {
    await channelOf(channel).publish(event);
  },
  post: async ({ channel, event }) => (await events.post(channel, event)) ?? null,
  closeAll: () => events.closeAll(),
};

/** Of an answer over HTTP Amplify says nothing by itself, but hands it on. */
const describe = (reason) => {
  const { statusCode, body } = reason?.response ?? {};
  return statusCode === undefined ? String(reason?.message ?? reason) : `${statusCode} ${body}`;
};

Hub.listen('api', ({ payload }) => {
  const { connectionState } = payload.data ?? {};
  if (connectionState !== undefined) process.send({ type: 'state', state: connectionState });
});

process.on('message', async ({ id, action, ...input }) => {
  try {
    process.send({ type: 'done', id, value: (await actions[action](input)) ?? null });
  } catch (reason) {
    process.send({ type: 'failed', id, message: describe(reason) });
  }
});
process.on('disconnect', () => process.exit());
