import { describe, expect, it } from 'vitest';
import { type InstalledProgramsOptions, installedPrograms } from './installed-programs.ts';

/** The folders of a machine, and the names in them. */
type Folders = Readonly<Record<string, readonly string[]>>;

async function programs(folders: Folders, options: Partial<InstalledProgramsOptions> = {}) {
  const found = await installedPrograms({
    env: {},
    platform: 'linux',
    homeFolder: '/home/ann',
    list: async (folder) => folders[folder] ?? [],
    ...options,
  });
  return found.map(({ source, path, version }) => `${source} ${version ?? '?'} ${path}`);
}

describe('the Nodes that are installed', () => {
  it.each([
    ['nvm', {}, '/home/ann/.nvm/versions/node', 'bin/node'],
    ['nvm', { NVM_DIR: '/nvm' }, '/nvm/versions/node', 'bin/node'],
    ['nvm', { XDG_CONFIG_HOME: '/config' }, '/config/nvm/versions/node', 'bin/node'],
    ['fnm', {}, '/home/ann/.local/share/fnm/node-versions', 'installation/bin/node'],
    ['fnm', { FNM_DIR: '/fnm' }, '/fnm/node-versions', 'installation/bin/node'],
    ['fnm', {}, '/home/ann/Library/Application Support/fnm/node-versions', 'installation/bin/node'],
    ['volta', {}, '/home/ann/.volta/tools/image/node', 'bin/node'],
    ['volta', { VOLTA_HOME: '/volta' }, '/volta/tools/image/node', 'bin/node'],
    ['mise', { XDG_DATA_HOME: '/data' }, '/data/mise/installs/node', 'bin/node'],
    ['mise', { MISE_DATA_DIR: '/mise' }, '/mise/installs/node', 'bin/node'],
    ['asdf', {}, '/home/ann/.asdf/installs/nodejs', 'bin/node'],
    ['asdf', { ASDF_DATA_DIR: '/asdf' }, '/asdf/installs/nodejs', 'bin/node'],
    ['nodenv', { NODENV_ROOT: '/nodenv' }, '/nodenv/versions', 'bin/node'],
    ['n', {}, '/usr/local/n/versions/node', 'bin/node'],
    ['n', { N_PREFIX: '/home/ann/n' }, '/home/ann/n/n/versions/node', 'bin/node'],
  ])('by %s, with %j, are below %s', async (source, env, folder, program) => {
    const names = folder.includes('nvm') || folder.includes('fnm') ? ['v22.1.0'] : ['22.1.0'];
    expect(await programs({ [folder]: names }, { env })).toEqual([`${source} 22.1.0 ${folder}/${names[0]}/${program}`]);
  });

  it.each([
    ['nvm-windows', { APPDATA: 'C:\\Roaming' }, 'C:\\Roaming\\nvm', 'node.exe'],
    ['nvm-windows', { NVM_HOME: 'D:\\nvm' }, 'D:\\nvm', 'node.exe'],
    ['fnm', { APPDATA: 'C:\\Roaming' }, 'C:\\Roaming\\fnm\\node-versions', 'installation\\node.exe'],
    ['volta', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\Volta\\tools\\image\\node', 'node.exe'],
    ['mise', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\mise\\installs\\node', 'node.exe'],
  ])('by %s on Windows, with %j, are below %s', async (source, env, folder, program) => {
    expect(await programs({ [folder]: ['v22.1.0'] }, { env, platform: 'win32' })).toEqual([
      `${source} 22.1.0 ${folder}\\v22.1.0\\${program}`,
    ]);
  });

  it('are those of a whole version: other names are links to them, or something else', async () => {
    const names = ['lts', '22', 'v22', 'latest', '.DS_Store', 'v22.1.0-nightly', 'v22.1.0'];
    expect(await programs({ '/home/ann/.nvm/versions/node': names })).toHaveLength(1);
  });

  it('are those of Homebrew, whose kegs do not say their version', async () => {
    const folders = { '/opt/homebrew/opt': ['node', 'node@22', 'nodeenv'], '/brew/opt': ['node@20'] };
    expect(await programs(folders, { platform: 'darwin', env: { HOMEBREW_PREFIX: '/brew' } })).toEqual([
      'homebrew ? /brew/opt/node@20/bin/node',
      'homebrew ? /opt/homebrew/opt/node/bin/node',
      'homebrew ? /opt/homebrew/opt/node@22/bin/node',
    ]);
  });

  it('are those that PATH leads to, but for folders that depend on where one is', async () => {
    const folders = { '/usr/bin': ['node', 'ls'], '/bin': ['ls'], bin: ['node'], '/opt/node': ['node'] };
    expect(await programs(folders, { env: { PATH: '/opt/node:bin::/bin:/usr/bin:/usr/bin' } })).toEqual([
      'PATH ? /opt/node/node',
      'PATH ? /usr/bin/node',
    ]);
    const windows = { 'C:\\nodejs': ['node.exe', 'npm.cmd'] };
    expect(await programs(windows, { env: { Path: 'C:\\nodejs;bin' }, platform: 'win32' })).toEqual([
      'PATH ? C:\\nodejs\\node.exe',
    ]);
  });
});
