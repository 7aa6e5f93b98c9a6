import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployOrderService, errorTypeOfMiniStack, type OrderService, programs } from './order-service.ts';

const path = 'OrderService/QuoteShipping';
const parcel = { country: 'DE', weightGrams: 1800, totalCents: 2848 };

let service: OrderService;

describe.skipIf(!existsSync(programs))(
  'an app on MiniStack as it comes, whose functions have no credentials of a role',
  () => {
    beforeAll(async () => {
      service = await deployOrderService({
        stacks: ['OrderService'],
        context: ['live-lambda=QuoteShipping'],
        auth: false,
      });
    });
    afterAll(async () => {
      await service?.[Symbol.asyncDispose]();
    });

    it('runs nothing on a machine that asks for a proof', async () => {
      await using tunnel = await service.openTunnel();
      expect(await service.invoke(path, parcel)).toEqual({
        failed: true,
        answer: {
          errorType: errorTypeOfMiniStack,
          errorMessage: expect.stringMatching(
            /^OrderService\/QuoteShipping: an environment that calls itself this function is not one of it: it runs as .*:root, .* Nothing was run\./,
          ),
        },
      });
      expect(await tunnel.waitFor(({ type }) => type === 'started')).toMatchObject({ stubTrust: 'sts' });
    });

    it('is answered from one whose tunnel was started with --trust-stub none', async () => {
      await using tunnel = await service.openTunnel(['--trust-stub', 'none']);
      expect(await tunnel.waitFor(({ type }) => type === 'started')).toMatchObject({ stubTrust: 'none' });
      expect(await service.invoke(path, parcel)).toEqual({
        failed: false,
        answer: { country: 'DE', zone: 'domestic', priceCents: 510, days: 2 },
      });
    });
  },
);
