import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOnRuntimeApi } from './custom-runtime.ts';
import {
  deployOrderService,
  errorTypeOfMiniStack,
  type OpenTunnel,
  type OrderService,
  programs,
  wrote,
} from './order-service.ts';

/** What Lambda takes and gives back at most when the caller waits (Lambda Developer Guide, "Lambda quotas"). */
const maxPayloadBytes = 6 * 1024 * 1024;

const parcel = { country: 'DE', weightGrams: 1800, totalCents: 2848 };
const quote = { country: 'DE', zone: 'domestic', priceCents: 510, days: 2 };

let service: OrderService;

async function sendOrder(orderId: string): Promise<void> {
  const body = JSON.stringify({ orderId, lines: 3 });
  const queue = ['--queue-url', service.output('OrderIntake', 'OrdersUrl')];
  await service.aws('sqs', 'send-message', ...queue, '--message-body', body);
}

/** How many messages the queue holds, those included that were taken and not deleted. */
async function messagesLeft(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const queue = ['--queue-url', service.output('OrderIntake', 'OrdersUrl')];
  const answer = await service.aws('sqs', 'get-queue-attributes', ...queue, '--attribute-names', ...names);
  const { Attributes } = answer as { readonly Attributes: Readonly<Record<string, string>> };
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

async function putInvoice(key: string): Promise<void> {
  const file = join(service.folder, 'invoice.txt');
  await writeFile(file, 'two teas');
  const bucket = service.output('OrderIntake', 'InvoicesName');
  await service.aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', file);
}

/** What a function wrote into its log in the cloud. */
async function cloudLogOf(path: string): Promise<string> {
  const group = ['--log-group-name', `/aws/lambda/${service.nameOf(path)}`];
  const answer = await service.aws('logs', 'filter-log-events', ...group);
  const { events } = answer as { readonly events: readonly { readonly message: string }[] };
  return events.map(({ message }) => message).join('\n');
}

/** What Ctrl-C in a terminal does. */
function pressCtrlC({ pid, ended }: OpenTunnel) {
  if (pid !== undefined) process.kill(pid, 'SIGINT');
  return ended;
}

describe.skipIf(!existsSync(programs))('an app on MiniStack, which checks signatures and policies', () => {
  beforeAll(async () => {
    const context = ['live-lambda=true', 'live-lambda:ConvertCurrency=false'];
    service = await deployOrderService({ stacks: ['OrderService', 'OrderIntake'], context, auth: true });
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
  });

  describe('with the tunnel of a developer who has the policies of its stacks and no others', () => {
    let tunnel: OpenTunnel;
    beforeAll(async () => {
      tunnel = await service.openTunnel();
    });
    afterAll(async () => {
      await tunnel?.[Symbol.asyncDispose]();
    });

    it('gives the AWS SDK the answer of the handler here', async () => {
      expect(await service.invoke('OrderService/QuoteShipping', parcel)).toEqual({ failed: false, answer: quote });
      await tunnel.waitFor(wrote('OrderService/QuoteShipping', 'quoted DE (domestic) for 1800 g'));
    });

    it('gives it to the AWS CLI too', async () => {
      const [name, file] = [service.nameOf('OrderService/RenderReceipt'), join(service.folder, 'receipt.json')];
      const order = { orderId: 'o-1', customer: 'ada@example.com', currency: 'EUR', totalCents: 1598 };
      const event = JSON.stringify({ ...order, lines: [{ sku: 'TEA-0042', quantity: 2, unitPriceCents: 799 }] });
      const answer = await service.aws('lambda', 'invoke', '--function-name', name, '--payload', event, file);
      expect(answer).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST' });
      expect(await readFile(file, 'utf8')).toContain('TEA-0042');
    });

    it('tells callers what a handler threw', async () => {
      expect(await service.invoke('OrderService/CreateOrder', { customer: 'nobody', lines: [] })).toEqual({
        failed: true,
        answer: {
          errorType: errorTypeOfMiniStack,
          errorMessage: 'The order was rejected: customer: must be an e-mail address; lines: must not be empty',
        },
      });
    });

    it('runs a handler as the role of its function, which may do what that may and nothing else', async () => {
      const path = 'OrderService/ShipOrder';
      const shipment = { orderId: 'o-2', ...parcel };
      const answer = { orderId: 'o-2', shipping: quote };
      expect(await service.invoke(path, shipment)).toEqual({ failed: false, answer });
      const { identity } = await tunnel.waitFor((event) => event.function === path && event.type === 'verified');
      expect(identity).toContain(`/${service.nameOf(path)}`);
      const denied = await service.invoke(path, { ...shipment, printReceipt: true });
      expect(denied).toMatchObject({ failed: true, answer: { errorType: errorTypeOfMiniStack } });
      const message = JSON.stringify(denied.answer);
      expect(message).toContain(`${identity} is not authorized to perform: lambda:InvokeFunction`);
    });

    it('runs a handler for a message of a queue, which is then gone', async () => {
      await sendOrder('o-3');
      await tunnel.waitFor(wrote('OrderIntake/PackOrders', 'packed o-3, 3 lines'));
      await expect.poll(messagesLeft).toBe(0);
    });

    it('runs a handler for an object that was put into a bucket', async () => {
      await putInvoice('2026/an invoice.txt');
      const filed = 'filed 2026/an invoice.txt, 8 bytes, since ObjectCreated:Put';
      await tunnel.waitFor(wrote('OrderIntake/FileInvoice', filed));
    });

    it('carries six megabytes there and back as they are', async () => {
      const frame = JSON.stringify({ key: 'scan.b64', body: '', sha256: '0'.repeat(64) });
      const bytes = maxPayloadBytes - frame.length;
      // What does not compress crosses AppSync in dozens of events.
      const body = randomBytes(bytes).toString('base64').slice(0, bytes);
      const document = { key: 'scan.b64', body, sha256: createHash('sha256').update(body).digest('hex') };
      expect(JSON.stringify(document)).toHaveLength(maxPayloadBytes);
      const { failed, answer } = await service.invoke('OrderService/ArchiveDocument', document);
      // Not compared by the matcher, which would print all of it.
      expect(failed ? answer : 'archived').toBe('archived');
      expect(JSON.stringify(answer) === JSON.stringify(document)).toBe(true);
    });

    it('answers the next event by what was saved', async () => {
      const path = 'OrderService/QuoteShipping';
      const source = 'functions/quote-shipping/quote-shipping.mjs';
      const [deployed, saved] = ['Cents, days }', 'Cents, days: days + 1 }'];
      const daysToJapan = async () => (await service.invoke(path, { ...parcel, country: 'JP' })).answer;
      await expect.poll(daysToJapan).toMatchObject({ days: 9 });
      const reloaded = tunnel.waitForNext((event) => event.type === 'reloaded' && event.function === path);
      await service.app.edit(source, { from: deployed, to: saved });
      try {
        await reloaded;
        expect(await daysToJapan()).toMatchObject({ days: 10 });
      } finally {
        await service.app.edit(source, { from: saved, to: deployed });
      }
    });

    it('leaves a function that is not live to MiniStack', async () => {
      const answer = { cents: 94, currency: 'CHF' };
      const converted = await service.invoke('OrderService/ConvertCurrency', { cents: 100, to: 'CHF' });
      expect(converted).toEqual({ failed: false, answer });
    });
  });

  it('tells callers when Ctrl-C ended the tunnel, and loses no message until the next one takes it', async () => {
    const first = await service.openTunnel();
    expect(await service.invoke('OrderIntake/PackOrders', { Records: [] })).toEqual({ failed: false, answer: null });
    expect(await pressCtrlC(first)).toEqual({ type: 'exited', code: 0 });

    const unanswered = /no tunnel of session "default" answered.*The handler did not run\./;
    expect(await service.invoke('OrderService/CreateOrder', {})).toEqual({
      failed: true,
      answer: { errorType: errorTypeOfMiniStack, errorMessage: expect.stringMatching(unanswered) },
    });
    await sendOrder('o-4');
    await expect.poll(() => cloudLogOf('OrderIntake/PackOrders')).toMatch(unanswered);
    expect(await messagesLeft()).toBe(1);

    await using second = await service.openTunnel();
    const { text } = await second.waitFor(wrote('OrderIntake/PackOrders', 'packed o-4'));
    expect(Number(/queue (\d+) times/.exec(String(text))?.[1])).toBeGreaterThan(1);
    await expect.poll(messagesLeft).toBe(0);
  });

  it('runs a stub that takes its events from the Runtime API of MiniStack, where errors keep their names', async () => {
    await startOnRuntimeApi(service, 'OrderService/RenderReceipt');
    await using tunnel = await service.openTunnel();
    const order = { orderId: 'o-5', customer: 'ada@example.com', currency: 'EUR', totalCents: 1598 };
    const lines = [{ sku: 'TEA-0042', quantity: 2, unitPriceCents: 799 }];
    const printed = await service.invoke('OrderService/RenderReceipt', { ...order, lines });
    expect(printed).toMatchObject({ failed: false, answer: expect.anything() });
    expect(JSON.stringify(printed.answer)).toContain('TEA-0042');
    const { failed, answer } = await service.invoke('OrderService/RenderReceipt', order);
    expect(answer).toMatchObject({ errorType: 'TypeError', errorMessage: 'The order o-5 has no lines to print' });
    expect(failed).toBe(true);
    await tunnel.waitFor(({ type, end }) => type === 'invocation-finished' && end === 'failed');
  });
});
