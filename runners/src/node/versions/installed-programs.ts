import { posix, win32 } from 'node:path';

/** Who put a Node where it is. */
export type NodeSource =
  | 'nvm'
  | 'nvm-windows'
  | 'fnm'
  | 'volta'
  | 'mise'
  | 'asdf'
  | 'nodenv'
  | 'n'
  | 'homebrew'
  | 'PATH';

/** A place where a Node should be. */
export interface InstalledProgram {
  readonly path: string;
  readonly source: NodeSource;
  /** As the folder's name says it; undefined where only the program itself knows. */
  readonly version: string | undefined;
}

export interface InstalledProgramsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homeFolder: string;
  /** The names in a folder; none if there is no such folder. */
  readonly list: (folder: string) => Promise<readonly string[]>;
}

/**
 * Where the version managers keep the programs that they install, by their documentation: below `root`, a folder for
 * each version, and the program within that.
 */
interface VersionFolders {
  readonly source: NodeSource;
  readonly root: string | undefined;
  readonly program: readonly string[];
}

/** All Nodes that version managers, Homebrew and PATH lead to. Nothing is started. */
export async function installedPrograms(options: InstalledProgramsOptions): Promise<readonly InstalledProgram[]> {
  const found = await Promise.all([
    ...versionFolders(options).map((folders) => programsIn(folders, options)),
    homebrewPrograms(options),
    pathPrograms(options),
  ]);
  return found.flat();
}

function versionFolders(options: InstalledProgramsOptions): readonly VersionFolders[] {
  const posixProgram = ['bin', 'node'];
  if (options.platform === 'win32') {
    const { APPDATA, FNM_DIR, LOCALAPPDATA, MISE_DATA_DIR, NVM_HOME, VOLTA_HOME } = options.env;
    const at = joinOn(options);
    return [
      { source: 'nvm-windows', root: NVM_HOME ?? at(APPDATA, 'nvm'), program: ['node.exe'] },
      {
        source: 'fnm',
        root: at(FNM_DIR ?? at(APPDATA, 'fnm'), 'node-versions'),
        program: ['installation', 'node.exe'],
      },
      { source: 'volta', root: at(VOLTA_HOME ?? at(LOCALAPPDATA, 'Volta'), ...VOLTA_IMAGES), program: ['node.exe'] },
      { source: 'mise', root: at(MISE_DATA_DIR ?? at(LOCALAPPDATA, 'mise'), ...MISE_INSTALLS), program: ['node.exe'] },
    ];
  }
  const { env, homeFolder } = options;
  const at = joinOn(options);
  const home = (...names: readonly string[]): string | undefined => at(homeFolder, ...names);
  const dataFolder = env.XDG_DATA_HOME ?? home('.local', 'share');
  const nvmRoots = [env.NVM_DIR ?? home('.nvm'), at(env.XDG_CONFIG_HOME, 'nvm')];
  const fnmDefaults = [at(dataFolder, 'fnm'), home('Library', 'Application Support', 'fnm'), home('.fnm')];
  const fnmRoots = env.FNM_DIR === undefined ? fnmDefaults : [env.FNM_DIR];
  return [
    ...nvmRoots.map((root) => ({
      source: 'nvm' as const,
      root: at(root, 'versions', 'node'),
      program: posixProgram,
    })),
    ...fnmRoots.map((root) => ({
      source: 'fnm' as const,
      root: at(root, 'node-versions'),
      program: ['installation', ...posixProgram],
    })),
    { source: 'volta', root: at(env.VOLTA_HOME ?? home('.volta'), ...VOLTA_IMAGES), program: posixProgram },
    { source: 'mise', root: at(env.MISE_DATA_DIR ?? at(dataFolder, 'mise'), ...MISE_INSTALLS), program: posixProgram },
    { source: 'asdf', root: at(env.ASDF_DATA_DIR ?? home('.asdf'), 'installs', 'nodejs'), program: posixProgram },
    { source: 'nodenv', root: at(env.NODENV_ROOT ?? home('.nodenv'), 'versions'), program: posixProgram },
    { source: 'n', root: at(env.N_PREFIX ?? '/usr/local', 'n', 'versions', 'node'), program: posixProgram },
  ];
}

const VOLTA_IMAGES = ['tools', 'image', 'node'];
const MISE_INSTALLS = ['installs', 'node'];

/** Joins paths as the platform writes them. A base that is not known leads nowhere. */
function joinOn({ platform }: InstalledProgramsOptions) {
  const { join } = platform === 'win32' ? win32 : posix;
  return (base: string | undefined, ...names: readonly string[]): string | undefined =>
    base === undefined || base === '' ? undefined : join(base, ...names);
}

/** Folders such as `lts` or `22` are links to one of the others. */
const VERSION_FOLDER = /^v?(\d+\.\d+\.\d+)$/;

async function programsIn(
  { source, root, program }: VersionFolders,
  options: InstalledProgramsOptions,
): Promise<readonly InstalledProgram[]> {
  if (root === undefined) return [];
  const names = await options.list(root);
  return names.flatMap((name) => {
    const version = VERSION_FOLDER.exec(name)?.[1];
    const path = joinOn(options)(root, name, ...program);
    return version === undefined || path === undefined ? [] : [{ path, source, version }];
  });
}

/** Where Homebrew is, on a Mac with Apple's or Intel's processor and on Linux. */
const HOMEBREW_PREFIXES = ['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'];

/** Homebrew keeps one Node for each major (`node@22`), and the current one as `node`. */
async function homebrewPrograms({
  env,
  platform,
  list,
}: InstalledProgramsOptions): Promise<readonly InstalledProgram[]> {
  if (platform === 'win32') return [];
  const prefixes = new Set([...(env.HOMEBREW_PREFIX === undefined ? [] : [env.HOMEBREW_PREFIX]), ...HOMEBREW_PREFIXES]);
  const found = await Promise.all(
    [...prefixes].map(async (prefix) => {
      const kegs = (await list(posix.join(prefix, 'opt'))).filter((name) => /^node(@\d+)?$/.test(name));
      return kegs.map((keg) => posix.join(prefix, 'opt', keg, 'bin', 'node'));
    }),
  );
  return found.flat().map((path) => ({ path, source: 'homebrew', version: undefined }));
}

async function pathPrograms({ env, platform, list }: InstalledProgramsOptions): Promise<readonly InstalledProgram[]> {
  const { delimiter, join, isAbsolute } = platform === 'win32' ? win32 : posix;
  const program = platform === 'win32' ? 'node.exe' : 'node';
  // A relative folder in PATH would be one of the project's.
  const folders = new Set((env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder)));
  const found = await Promise.all(
    [...folders].map(async (folder) => ((await list(folder)).includes(program) ? [join(folder, program)] : [])),
  );
  return found.flat().map((path) => ({ path, source: 'PATH', version: undefined }));
}
