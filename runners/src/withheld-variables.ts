/**
 * Variables that make programs run, load or trust something other than what is started. Harmless in a sandbox in AWS,
 * but on a developer's machine they would let whoever configures a function choose what runs there.
 */
const WITHHELD_NAMES = new Set([
  // Shells and what they look up.
  'BASH_ENV',
  'BASHOPTS',
  'CDPATH',
  'COMSPEC',
  'IFS',
  'PATH',
  'PATHEXT',
  'PROMPT_COMMAND',
  'PS4',
  'SHELL',
  'SHELLOPTS',
  'SYSTEMROOT',
  'WINDIR',
  'ZDOTDIR',
  // Where programs look for their configuration and put what they run later.
  'APPDATA',
  'HOME',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'TEMP',
  'TMP',
  'TMPDIR',
  'USERPROFILE',
  // The dynamic linker and C library, besides the prefixes below.
  'GCONV_PATH',
  'GLIBC_TUNABLES',
  'LOCPATH',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  // What a program sends over TLS, or whom it trusts.
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'SSLKEYLOGFILE',
  // Node and its tools.
  'ELECTRON_RUN_AS_NODE',
  'ESBUILD_BINARY_PATH',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_REDIRECT_WARNINGS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_UNIQUE_ID',
  'NODE_V8_COVERAGE',
  'VSCODE_INSPECTOR_OPTIONS',
  // Other languages.
  'ASPNETCORE_HOSTINGSTARTUPASSEMBLIES',
  'CLASSPATH',
  'DOTNET_ADDITIONAL_DEPS',
  'DOTNET_SHARED_STORE',
  'DOTNET_STARTUP_HOOKS',
  'GEM_HOME',
  'GEM_PATH',
  'GOFLAGS',
  'GOPATH',
  'GOROOT',
  'GOTOOLCHAIN',
  'GRADLE_OPTS',
  'JAVA_HOME',
  'JAVA_OPTS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'MAVEN_OPTS',
  'PERLLIB',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'RUBYLIB',
  'RUBYOPT',
  // Programs that others start.
  'BROWSER',
  'EDITOR',
  'PAGER',
  'VISUAL',
  // They select an identity other than the function's role, or a file that does.
  'AWS_CONFIG_FILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_PROFILE',
  'AWS_ROLE_ARN',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
]);

const WITHHELD_PREFIXES = [
  'AWS_CONTAINER_',
  'BASH_FUNC_',
  'BUNDLE_',
  'CARGO_',
  'COMPLUS_',
  'CORECLR_',
  'COR_',
  'DOTNET_ROOT',
  'DYLD_',
  'GIT_',
  'LD_',
  'LUA_',
  'NPM_',
  'PERL5',
  'PYTHON',
  'RUSTC',
  'TSX_',
  'XDG_',
];

/** `ENV` is the name of a stage in many apps, and to an interactive shell the file that it runs first. */
const FILE_IN_ENV = /[/\\$`~]/;

/** Whether a variable must not be taken over from the cloud. Letter case of the name does not matter. */
export function isWithheld(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  if (upper === 'ENV') return FILE_IN_ENV.test(value);
  return WITHHELD_NAMES.has(upper) || WITHHELD_PREFIXES.some((prefix) => upper.startsWith(prefix));
}
