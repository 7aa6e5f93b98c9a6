import { Config } from '@oclif/core';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../config/check-config.ts';
import { variableName } from '../config/settings.ts';
import { documentText } from './document-blocks.ts';

/** Those that a config alone can say. */
const withoutFlag = ['runners', 'functions'];

/** Rows of the first table below a heading, without the backquotes. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, below = ''] = documentText('docs/configuration.md').split(`\n## ${heading}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(below) ?? [];
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const members = v.looseObject({ properties: v.record(v.string(), v.unknown()) });
const schema = v.parse(members, toJsonSchema(configSchema, { errorMode: 'ignore' }));
const settings = Object.keys(schema.properties).filter((name) => name !== '$schema');
const functionSettings = v.parse(v.object({ additionalProperties: members }), schema.properties.functions);

describe('the document of the configuration', () => {
  it('has every setting of the config, and no other', () => {
    const [names] = [tableBelow('Settings').map(([name]) => name)];
    expect(names.toSorted()).toEqual(settings.toSorted());
  });

  it('names their variables', () => {
    const variables = Object.fromEntries(tableBelow('Settings').map(([name = '', , variable]) => [name, variable]));
    const expected = settings.map((name) => [name, withoutFlag.includes(name) ? '' : variableName(name)]);
    expect(variables).toEqual(Object.fromEntries(expected));
  });

  it('names flags that the tunnel has, or the command that is named', async () => {
    const { commands } = await Config.load(new URL('../..', import.meta.url).pathname);
    const missing = tableBelow('Settings').flatMap(([name = '', flag = '']) => {
      const [, id = ''] = /^--([\w-]+)/.exec(flag) ?? [];
      const command = / of (\w+)$/.exec(flag)?.[1] ?? 'tunnel';
      const flags = commands.find((each) => each.id === command)?.flags ?? {};
      return withoutFlag.includes(name) || id in flags ? [] : [`${name}: ${flag}`];
    });
    expect(missing).toEqual([]);
  });

  it('has every setting of a function', () => {
    const shown = tableBelow('Settings of one function').map(([name]) => name);
    expect(shown).toEqual(Object.keys(functionSettings.additionalProperties.properties));
  });
});
