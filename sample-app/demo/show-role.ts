import { styleText } from 'node:util';
import { type Deployed, invoke, messageOf } from './deployed.ts';
import { mark, say, short } from './lines.ts';
import type { TunnelProcess } from './programs.ts';

const shipment = { orderId: 'order-1', country: 'AT', weightGrams: 1800, totalCents: 2848 };

/**
 * Shows as whom a handler on this machine runs: an SDK call of its own that its role allows, and one that it does not.
 * @throws Error where the role does not decide
 */
export async function showRole(deployed: Deployed, tunnel: TunnelProcess): Promise<void> {
  const allowed = await invoke(deployed, 'ShipOrder', shipment);
  const { identity, account } = await tunnel.waitFor(
    (event) => event.type === 'verified' && event.function === 'OrderService/ShipOrder',
  );
  say(`  ${styleText('bold', 'ShipOrder')}: runs here as ${identity}, says AWS of account ${account}`);
  say('    calls   QuoteShipping, which its role may');
  say(`    ${mark(allowed)}  ${short(allowed.payload)}`);
  if (allowed.failed || JSON.parse(allowed.payload).shipping?.country !== 'AT')
    throw new Error(`ShipOrder should have been allowed to call QuoteShipping: ${allowed.payload}`);

  const denied = await invoke(deployed, 'ShipOrder', { ...shipment, printReceipt: true });
  say('    calls   RenderReceipt, which its role may not');
  say(`    ${mark(denied)}  ${messageOf(denied)}\n`);
  const isDenial = denied.failed && JSON.parse(denied.payload).errorType === 'AccessDeniedException';
  if (!isDenial || !messageOf(denied).includes(String(identity)))
    throw new Error(`ShipOrder should have been denied to call RenderReceipt: ${denied.payload}`);
}
