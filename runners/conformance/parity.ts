// Runs every case through our client and through AWS's, on Node 22 and 24, and writes docs/parity.md; with `--check` it
// must be there already as it would be written. Says so and does nothing where AWS's clients cannot be built.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AwsClients, awsClients } from './aws-clients.ts';
import { SECTIONS } from './cases/all-sections.ts';
import { clientProgram, ourClient } from './client-program.ts';
import { faultsOf } from './compare-observations.ts';
import { type ConformanceCase, GENERATIONS, type Generation, type PerGeneration } from './conformance-case.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { parityDocument } from './parity-document.ts';
import { runCase } from './run-case.ts';
import { UNEQUAL_BY_NATURE } from './unequal-by-nature.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DOCUMENT = join(ROOT, 'docs', 'parity.md');

const CLIENTS: PerGeneration<string> = { callback: 'aws-lambda-ric 3.3.0', promise: 'aws-lambda-ric 4.0.2' };

/** Cases at a time: each keeps one processor busy now and then. */
const CONCURRENCY = 3;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Job {
  readonly conformanceCase: ConformanceCase;
  readonly generation: Generation;
}

async function judge({ conformanceCase, generation }: Job, { nodes, oracle }: AwsClients): Promise<readonly string[]> {
  const node = nodes[generation];
  const ours = await runCase({ conformanceCase, generation, client: ourClient(node) });
  const theirs = await runCase({ conformanceCase, generation, client: clientProgram(oracle[generation], node) });
  const known = KNOWN_DIFFERENCES.find((one) => one.title === conformanceCase.title && one.generation === generation);
  return faultsOf({ conformanceCase, generation, ours, theirs, known });
}

async function judgeAll(jobs: readonly Job[], contestants: AwsClients): Promise<number> {
  const queue = [...jobs];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const faults = await judge(job, contestants);
      if (faults.length === 0) continue;
      failed += 1;
      const { conformanceCase, generation } = job;
      say([`FAILED ${conformanceCase.title} (${contestants.nodes[generation].version})`, ...faults].join('\n  '));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return failed;
}

/** Titles of known differences that belong to no case. */
function strayDifferences(): readonly string[] {
  const titles = new Set(SECTIONS.flatMap(({ cases }) => cases.map(({ title }) => title)));
  return KNOWN_DIFFERENCES.map(({ title }) => title).filter((title) => !titles.has(title));
}

async function writeOrCheck(document: string, check: boolean): Promise<boolean> {
  if (!check) {
    await writeFile(DOCUMENT, document);
    return true;
  }
  const there = await readFile(DOCUMENT, 'utf8').catch(() => '');
  if (there !== document)
    say('FAILED docs/parity.md is not what this run gives: npm run parity -w @live-lambda/runner');
  return there === document;
}

async function main(check: boolean): Promise<boolean> {
  const clients = await awsClients(say);
  if (clients.type === 'impossible') {
    say(`skipped: ${clients.reason}`);
    return true;
  }
  const { nodes } = clients;
  const strays = strayDifferences();
  for (const title of strays) say(`FAILED known-differences.ts names a case that does not exist: ${title}`);
  const jobs = GENERATIONS.flatMap((generation) =>
    SECTIONS.flatMap(({ cases }) => cases.map((conformanceCase) => ({ conformanceCase, generation }))),
  );
  const failed = await judgeAll(jobs, clients);
  const compared = (generation: Generation): string => `Node ${nodes[generation].version}, ${CLIENTS[generation]}`;
  const document = parityDocument({
    sections: SECTIONS,
    known: KNOWN_DIFFERENCES,
    unequal: UNEQUAL_BY_NATURE,
    compared: { callback: compared('callback'), promise: compared('promise') },
  });
  const isWritten = await writeOrCheck(document, check);
  say(`${jobs.length - failed} cases equal to AWS's client or different for a known reason, ${failed} not`);
  return failed === 0 && strays.length === 0 && isWritten;
}

process.exitCode = (await main(process.argv.includes('--check'))) ? 0 : 1;
