import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCommittedSelection } from './committed-selection.ts';
import { temporaryDirectory } from './fixtures/synthesis.ts';

interface Written {
  readonly name: string;
  readonly content: unknown;
  /** What the command line adds to the file's context. */
  readonly more?: Readonly<Record<string, unknown>>;
}

function warningFor({ name, content, more = {} }: Written): string | undefined {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  const own = name === 'cdk.json' ? Reflect.get(Object(content), 'context') : content;
  return findCommittedSelection({ directory, context: { ...Object(own), ...more } });
}

describe('a selection in a file that everybody has', () => {
  test.each([
    [{ 'live-lambda': true }, 'live-lambda in cdk.json'],
    [{ 'live-lambda': 'CreateOrder,Shop/*' }, 'live-lambda in cdk.json'],
    [{ 'live-lambda:CreateOrder': 'true', 'live-lambda:Quote': true }, 'live-lambda:CreateOrder, live-lambda:Quote in'],
  ])('%j is named, with what to do', (context, named) => {
    const warning = warningFor({ name: 'cdk.json', content: { app: 'node app.js', context } });
    expect(warning).toContain(named);
    expect(warning).toMatch(/everybody who deploys.*cdk deploy -c/);
  });

  test('is named in cdk.context.json, too', () => {
    expect(warningFor({ name: 'cdk.context.json', content: { 'live-lambda': true } })).toContain('in cdk.context.json');
  });
});

describe('nothing is said', () => {
  test.each<[string, Written]>([
    ['of a file without one', { name: 'cdk.json', content: { context: { 'live-lambda-timeout': 60 } } }],
    ['of one that excludes', { name: 'cdk.json', content: { context: { 'live-lambda:Quote': false } } }],
    [
      'of one that the command line overrides',
      { name: 'cdk.json', content: { context: { 'live-lambda': true } }, more: { 'live-lambda': 'Quote' } },
    ],
    ['of a file that cannot be read', { name: 'cdk.json', content: '{', more: { 'live-lambda': 'true' } }],
    ['of the command line', { name: 'other.json', content: {}, more: { 'live-lambda': 'true' } }],
  ])('%s', (_, written) => expect(warningFor(written)).toBeUndefined());
});
