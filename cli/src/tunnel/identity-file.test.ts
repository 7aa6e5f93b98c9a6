import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultIdentityFile } from '@live-lambda/protocol/identity';
import { Config } from '@oclif/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-lambda-home-'));
  for (const name of ['LIVE_LAMBDA_CONFIG_DIR', 'XDG_CONFIG_HOME']) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', home);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

it.each<Record<string, string>>([
  {},
  { XDG_CONFIG_HOME: '/xdg' },
  { XDG_CONFIG_HOME: '/xdg', LIVE_LAMBDA_CONFIG_DIR: '/own' },
])(
  'the identity lies in the folder that oclif has for the configuration of this command line, with %j',
  async (variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const { configDir } = await Config.load(join(import.meta.dirname, '..', '..'));
    expect(defaultIdentityFile()).toBe(join(configDir, 'identity.json'));
  },
);
