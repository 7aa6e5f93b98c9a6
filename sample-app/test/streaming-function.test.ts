import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { InvokeCommand, InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { MAX_RESPONSE_BYTES } from '@live-lambda/runner';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeployedApp, deployApp } from './fixtures/deployed-app.ts';
import { startTunnelProcess, type TunnelProcess } from './fixtures/tunnel-process.ts';

let app: DeployedApp;
let tunnel: TunnelProcess;

beforeAll(async () => {
  const appFolder = join(import.meta.dirname, '..');
  app = await deployApp({ appFolder, context: ['live-lambda=ExportOrders'] });
  tunnel = await startTunnelProcess(app, appFolder);
});
afterAll(async () => {
  await tunnel?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

/** A list of orders whose pages are given out when the test says so. */
interface OrderList extends AsyncDisposable {
  readonly url: string;
  /** Answers the request for a page, once it has come. */
  give(page: number, answer: { readonly status?: number; readonly body?: object }): Promise<void>;
}

async function startOrderList(): Promise<OrderList> {
  const requests = new Map<string, PromiseWithResolve>();
  const requestFor = (path: string) => {
    const known = requests.get(path) ?? withResolve();
    requests.set(path, known);
    return known;
  };
  const server = createServer(({ url = '' }, response) => requestFor(url).resolve(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async give(page, { status = 200, body = {} }) {
      const response = await requestFor(`/${page}`).promise;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface PromiseWithResolve {
  readonly promise: Promise<ServerResponse>;
  readonly resolve: (response: ServerResponse) => void;
}

function withResolve(): PromiseWithResolve {
  let resolve: PromiseWithResolve['resolve'] = () => undefined;
  const promise = new Promise<ServerResponse>((resolvePromise) => {
    resolve = resolvePromise;
  });
  return { promise, resolve };
}

let orders: OrderList;
beforeAll(async () => {
  orders = await startOrderList();
});
afterEach(async () => {
  await orders[Symbol.asyncDispose]();
  orders = await startOrderList();
});
afterAll(() => orders?.[Symbol.asyncDispose]());

const eventOf = (list: OrderList) => JSON.stringify({ ordersUrl: `${list.url}/1` });
const secondPage = { body: { orders: [{ orderId: 'b', totalCents: 100 }] } };
const firstPage = () => ({ body: { orders: [{ orderId: 'a', totalCents: 1598 }], next: `${orders.url}/2` } });
/** What a function URL takes for status and headers, and eight zero bytes after it. */
const prelude = `{"statusCode":200,"headers":{"Content-Type":"text/csv"}}${'\0'.repeat(8)}`;

async function invokeStreaming() {
  const command = new InvokeWithResponseStreamCommand({
    FunctionName: app.nameOf('ExportOrders'),
    Payload: eventOf(orders),
  });
  const events = (await app.lambda.send(command)).EventStream?.[Symbol.asyncIterator]();
  let text = '';
  const next = async () => {
    const { PayloadChunk, InvokeComplete } = (await events?.next())?.value ?? {};
    text += Buffer.from(PayloadChunk?.Payload ?? []).toString();
    return InvokeComplete;
  };
  return {
    /** Reads until there is so much of the text. */
    until: async (part: string) => {
      while (!text.endsWith(part)) if (await next()) throw new Error(`The stream ended before ${part}: ${text}`);
      return text;
    },
    end: async () => {
      for (;;) {
        const complete = await next();
        if (complete) return { text, complete };
      }
    },
  };
}

describe('a function that streams its response, run by a tunnel', () => {
  it('has each part at the caller before it has the next', async () => {
    const stream = await invokeStreaming();
    expect(await stream.until('orderId,totalCents\n')).toBe(`${prelude}orderId,totalCents\n`);
    await orders.give(1, firstPage());
    await stream.until('a,1598\n');
    await orders.give(2, secondPage);
    const { text, complete } = await stream.end();
    expect(text).toBe(`${prelude}orderId,totalCents\na,1598\nb,100\n`);
    expect(complete).toEqual({});
  });

  it('tells the caller at the end of the stream that it failed in the middle of it', async () => {
    const stream = await invokeStreaming();
    await orders.give(1, firstPage());
    await orders.give(2, { status: 503 });
    const { text, complete } = await stream.end();
    expect(text).toBe(`${prelude}orderId,totalCents\na,1598\n`);
    expect(complete.ErrorCode).toBe('Unhandled');
    expect(JSON.parse(complete.ErrorDetails ?? '')).toMatchObject({
      errorType: 'OrdersUnavailable',
      errorMessage: `${orders.url}/2 answered 503`,
    });
  });

  it('may answer with more than a buffered response can hold', async () => {
    const many = Array.from({ length: 300_000 }, (_, index) => ({
      orderId: `order-${String(index).padStart(12, '0')}`,
      totalCents: 100,
    }));
    const rows = many.map(({ orderId, totalCents }) => `${orderId},${totalCents}\n`).join('');
    expect(rows.length).toBeGreaterThan(MAX_RESPONSE_BYTES);
    const stream = await invokeStreaming();
    await orders.give(1, { body: { orders: many } });
    const { text, complete } = await stream.end();
    expect(complete).toEqual({});
    expect(text === `${prelude}orderId,totalCents\n${rows}`).toBe(true);
  });

  it('answers an ordinary invocation with everything at once', async () => {
    const command = new InvokeCommand({ FunctionName: app.nameOf('ExportOrders'), Payload: eventOf(orders) });
    const [{ FunctionError, Payload }] = await Promise.all([
      app.lambda.send(command),
      orders.give(1, firstPage()),
      orders.give(2, secondPage),
    ]);
    expect(FunctionError).toBeUndefined();
    expect(Buffer.from(Payload ?? []).toString()).toBe(`${prelude}orderId,totalCents\na,1598\nb,100\n`);
  });
});
