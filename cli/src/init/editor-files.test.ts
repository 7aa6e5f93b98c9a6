import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { addLaunchConfigurations, launchConfigurations } from './editor-files.ts';

const configurations = launchConfigurations('packages/infra');

describe('launch.json', () => {
  it('is made where there is none, with the tunnel in the folder of the app', () => {
    const made = JSON.parse(addLaunchConfigurations(undefined, configurations) ?? '');
    expect(made).toEqual({ version: '0.2.0', configurations });
    expect(made.configurations[0]).toMatchObject({
      name: 'live-lambda: all functions (packages/infra)',
      cwd: '$' + '{workspaceFolder}/packages/infra',
    });
    expect(launchConfigurations('')[0]).toMatchObject({
      name: 'live-lambda: all functions',
      cwd: '$' + '{workspaceFolder}',
    });
  });

  it('keeps what is there: comments, other configurations, indentation, line ends', () => {
    const text = `{\r\n\t// Ours\r\n\t"version": "0.2.0",\r\n\t"configurations": [\r\n\t\t{ "name": "web", "port": 9000 }, // the site\r\n\t],\r\n}\r\n`;
    const merged = addLaunchConfigurations(text, configurations) ?? '';
    for (const kept of ['\t// Ours\r\n', '{ "name": "web", "port": 9000 }', '// the site'])
      expect(merged).toContain(kept);
    expect(merged).not.toMatch(/[^\r]\n|^ /m);
    expect(parse(merged).configurations).toEqual([{ name: 'web', port: 9000 }, ...configurations]);
    expect(addLaunchConfigurations(merged, configurations)).toBe(merged);
  });

  it.each(['{}', '{ "version": "0.2.0" }', '{ "configurations": [] }', '  \n'])(
    'may hold nothing of ours yet: %j',
    (text) => {
      expect(parse(addLaunchConfigurations(text, configurations) ?? '').configurations).toEqual(configurations);
    },
  );

  it('keeps one of ours that was changed', () => {
    const text = JSON.stringify({ configurations: [{ ...configurations[1], port: 9300 }] });
    const merged = parse(addLaunchConfigurations(text, configurations) ?? '').configurations;
    expect(merged).toEqual([{ ...configurations[1], port: 9300 }, configurations[0]]);
  });

  it.each(['{ "configurations": ', '[]', '{ "configurations": {} }', 'null'])(
    'is left alone where it is %s',
    (text) => {
      expect(addLaunchConfigurations(text, configurations)).toBeUndefined();
    },
  );
});
