import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppCopy, copyApp } from '../demo/app-copy.ts';
import { appFolder } from '../demo/programs.ts';
import { type DeployedApp, deployApp } from '../test/fixtures/deployed-app.ts';
import { startTunnelProcess, type TunnelProcess } from '../test/fixtures/tunnel-process.ts';
import { type Language, languages, missingProgram, run } from './languages.ts';

interface PolyglotCase {
  readonly language: string;
  readonly functionId: string;
  readonly event: string;
  /** Without white space. */
  readonly answer: string;
  readonly wrongEvent: string;
  readonly errorType: string;
  readonly change: { readonly file: string; readonly from: string; readonly to: string; readonly answer: string };
}

const cases: readonly PolyglotCase[] = [
  {
    language: 'Python',
    functionId: 'TotalInvoice',
    event: '{"number":12345678901234567890,"exchangeRate":1.0,"lines":[{"quantity":3,"unitPrice":0.1}]}',
    answer: '{"number":12345678901234567890,"exchangeRate":1.0,"net":0.30,"tax":0.06,"total":0.36}',
    wrongEvent: '{"number":1,"exchangeRate":1.0,"lines":[]}',
    errorType: 'InvoiceRejected',
    change: {
      file: 'total_invoice.py',
      from: '"total": net + tax',
      to: '"gross": net + tax',
      answer: '{"number":12345678901234567890,"exchangeRate":1.0,"net":0.30,"tax":0.06,"gross":0.36}',
    },
  },
  {
    language: 'Go',
    functionId: 'ReserveStock',
    event: '{"order":12345678901234567890,"sku":"TEA-0042","quantity":3,"weightKg":1.0}',
    answer: '{"order":12345678901234567890,"sku":"TEA-0042","quantity":3,"weightKg":1.0,"shelf":"A1"}',
    wrongEvent: '{"order":1,"sku":"TEA-0042","quantity":11,"weightKg":1.0}',
    errorType: 'OutOfStock',
    change: {
      file: 'main.go',
      from: 'Shelf: "A1"',
      to: 'Shelf: "B2"',
      answer: '{"order":12345678901234567890,"sku":"TEA-0042","quantity":3,"weightKg":1.0,"shelf":"B2"}',
    },
  },
  {
    language: 'Java',
    functionId: 'AwardPoints',
    event: '{"account":12345678901234567890,"total":1.0}',
    answer: '{"account":12345678901234567890,"total":1.0,"points":10}',
    wrongEvent: '{"account":1,"total":-1}',
    errorType: 'shop.loyalty.PurchaseRejected',
    change: {
      file: 'src/main/java/shop/loyalty/AwardPoints.java',
      from: 'total, points)',
      to: 'total, points * 2)',
      answer: '{"account":12345678901234567890,"total":1.0,"points":20}',
    },
  },
  {
    language: 'Rust',
    functionId: 'ChooseParcel',
    event: '{"number":12345678901234567890,"weightKg":1.0,"longestCm":30}',
    answer: '{"number":12345678901234567890,"weightKg":1.0,"parcel":"small"}',
    wrongEvent: '{"number":1,"weightKg":100,"longestCm":30}',
    errorType: 'ShipmentTooLarge',
    change: {
      file: 'src/main.rs',
      from: '"small"',
      to: '"letter"',
      answer: '{"number":12345678901234567890,"weightKg":1.0,"parcel":"letter"}',
    },
  },
];

/** Why a language cannot be tried here. */
function obstacle(language: Language): string | undefined {
  const missing = missingProgram(language);
  if (missing !== undefined) return `there is no ${missing} on this machine`;
  if (run(language, language.installed, 'ignore')) return undefined;
  return `what it needs is not installed: npm run polyglot -w sample-app`;
}

/** What was installed and built is large, and as good from where it is. */
const builtFolders = ['functions/total-invoice/.venv', 'functions/choose-parcel/target'];

let folder: string;
let copy: AppCopy;
let app: DeployedApp;
let tunnel: TunnelProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-lambda-polyglot-'));
  copy = await copyApp(folder);
  // By which CDK knows the root of the project.
  await cp(join(appFolder, '../package-lock.json'), join(folder, 'package-lock.json'));
  for (const built of builtFolders) await symlink(join(appFolder, built), join(copy.folder, built), 'junction');
  app = await deployApp({ appFolder: copy.folder, context: ['live-lambda=true', 'polyglot=true'] });
  tunnel = await startTunnelProcess(app, copy.folder);
});
afterAll(async () => {
  await tunnel?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function invoke(functionId: string, event: string) {
  const command = new InvokeCommand({ FunctionName: app.nameOf(functionId), Payload: event });
  const { FunctionError, Payload } = await app.lambda.send(command);
  return { failed: FunctionError !== undefined, text: Buffer.from(Payload ?? []).toString() };
}

/** Waits until a function was built so often. @throws Error with the reason where it cannot be */
async function built(functionId: string, generation: number): Promise<void> {
  const id = `OrderServicePolyglot/${functionId}`;
  const event = await tunnel.waitFor(
    (each) =>
      (each.type === 'prepared' || each.type === 'broken') &&
      each.function === id &&
      Number(each.generation) >= generation,
  );
  if (event.type === 'broken') throw new Error(String(event.reason));
}

describe.each(cases)('a function in $language', (its) => {
  const language = languages.find(({ name }) => name === its.language);
  const reason = language ? obstacle(language) : 'nobody knows how to build it';
  if (reason !== undefined) console.log(`skipped: ${its.language}, since ${reason}`);

  it.skipIf(reason !== undefined)('answers with the numbers as they were sent', async () => {
    await built(its.functionId, 1);
    const { failed, text } = await invoke(its.functionId, its.event);
    expect(text.replaceAll(/\s/g, '')).toBe(its.answer);
    expect(failed).toBe(false);
  });

  it.skipIf(reason !== undefined)('fails with the type of error that its own client gives', async () => {
    await built(its.functionId, 1);
    const { failed, text } = await invoke(its.functionId, its.wrongEvent);
    expect(JSON.parse(text)).toMatchObject({ errorType: its.errorType, errorMessage: expect.any(String) });
    expect(failed).toBe(true);
  });

  it.skipIf(reason !== undefined)('answers by its new code once its source was saved', async () => {
    await built(its.functionId, 1);
    const { file, from, to, answer } = its.change;
    await copy.edit(join('functions', language?.folder ?? '', file), { from, to });
    await built(its.functionId, 2);
    expect((await invoke(its.functionId, its.event)).text.replaceAll(/\s/g, '')).toBe(answer);
  });
});
