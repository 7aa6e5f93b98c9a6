import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { AppCopy } from './app-copy.ts';
import { type Answer, type Deployed, invoke } from './deployed.ts';
import { mark, say } from './lines.ts';
import type { TunnelProcess } from './programs.ts';

const amount = { cents: 1000, to: 'USD' };
/** As it is deployed, and as it is edited here. */
const [deployedCents, editedCents] = [1080, 1250];
const edit = { from: 'USD: 1.08', to: 'USD: 1.25' };
const editedFile = 'functions/convert-currency/convert-currency.mjs';

/** A function that was without a tunnel says Hello with an invocation, at most every 10 s; the next one goes to the tunnel. */
const backOnLaptopLimitMs = 30_000;
const askAgainMs = 250;

/** @throws Error when the function did not answer with this amount */
function showConverted(answer: Answer, by: string, cents: number): void {
  say(`  ${styleText('bold', 'ConvertCurrency')}, in fallback mode`);
  say(`    ${mark(answer)}  ${answer.payload}, by ${by}`);
  say(`    took    ${answer.answeredAt - answer.sentAt} ms\n`);
  if (centsIn(answer) !== cents) throw new Error(`ConvertCurrency should have answered ${cents}: ${answer.payload}`);
}

const centsIn = ({ payload, failed }: Answer): unknown => (failed ? undefined : JSON.parse(payload).cents);

/** With a tunnel: the code of this machine answers, which then is another than the deployed one. */
export async function showLocalCode(
  deployed: Deployed,
  { tunnel, app }: { readonly tunnel: TunnelProcess; readonly app: AppCopy },
): Promise<void> {
  const first = await invoke(deployed, 'ConvertCurrency', amount);
  if (centsIn(first) !== deployedCents) throw new Error(`ConvertCurrency answered ${first.payload}`);
  const reloaded = tunnel.waitForNext(
    (event) => event.type === 'reloaded' && event.function === 'OrderService/ConvertCurrency',
  );
  await app.edit(editedFile, edit);
  await reloaded;
  showConverted(await invoke(deployed, 'ConvertCurrency', amount), 'the code here, just edited', editedCents);
}

/** Without a tunnel: the deployed code answers, and nobody waits. */
export async function showDeployedCode(deployed: Deployed): Promise<void> {
  showConverted(await invoke(deployed, 'ConvertCurrency', amount), 'the code that is deployed', deployedCents);
}

/** With a tunnel again: no deploy, and the code here answers. */
export async function showBackOnLaptop(deployed: Deployed, signal: AbortSignal): Promise<void> {
  const startedMs = Date.now();
  for (;;) {
    const answer = await invoke(deployed, 'ConvertCurrency', amount);
    if (centsIn(answer) === editedCents)
      return showConverted(
        answer,
        `the code here, ${seconds(Date.now() - startedMs)} after the tunnel was ready`,
        editedCents,
      );
    if (centsIn(answer) !== deployedCents || Date.now() - startedMs > backOnLaptopLimitMs)
      throw new Error(`ConvertCurrency should have come back to this machine: ${answer.payload}`);
    await delay(askAgainMs, undefined, { signal });
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
