import { describe, expect, it } from 'vitest';
import { SECTIONS } from './cases/all-sections.ts';
import { ourClient } from './client-program.ts';
import { type ConformanceCase, expectedIn, expectedLines, GENERATIONS, type Generation } from './conformance-case.ts';
import { runCase } from './run-case.ts';

/**
 * The generation that goes with the Node that runs this is tested with all cases, the other one with those in which it
 * differs: what Node itself does is the same in both.
 */
const NATURAL: Generation = Number(process.versions.node.split('.')[0]) >= 24 ? 'promise' : 'callback';

const client = ourClient();

function casesFor(cases: readonly ConformanceCase[], generation: Generation): readonly ConformanceCase[] {
  if (generation === NATURAL || process.env.LIVE_LAMBDA_CONFORMANCE === 'all') return cases;
  const other = GENERATIONS.find((one) => one !== generation) ?? generation;
  return cases.filter((one) => String(expectedLines(one, generation)) !== String(expectedLines(one, other)));
}

describe('the suite', () => {
  it('gives each case a title of its own, by which it is known elsewhere', () => {
    const titles = SECTIONS.flatMap(({ cases }) => cases.map(({ title }) => title));
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });
});

describe.each(GENERATIONS)('our Node client in its %s generation', (generation) => {
  const sections = SECTIONS.map(({ title, cases }) => ({ title, cases: casesFor(cases, generation) }));
  for (const { title, cases } of sections.filter((section) => section.cases.length > 0)) {
    describe.concurrent(title, () => {
      it.each(cases)('$title', async (conformanceCase) => {
        const { lines, output, trace, headers } = await runCase({ conformanceCase, generation, client });
        expect(lines).toEqual(expectedLines(conformanceCase, generation));
        if (conformanceCase.output !== undefined)
          expect(output).toEqual(expectedIn(conformanceCase.output, generation));
        if (conformanceCase.trace !== undefined) expect(trace).toEqual(expectedIn(conformanceCase.trace, generation));
        if (conformanceCase.headers !== undefined) {
          expect(headers).toMatchObject(expectedIn(conformanceCase.headers, generation));
        }
      });
    });
  }
});
