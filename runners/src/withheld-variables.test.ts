import { describe, expect, it } from 'vitest';
import { isWithheld } from './withheld-variables.ts';

describe('variables that would run other code', () => {
  it.each([
    'NODE_OPTIONS',
    'NODE_PATH',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'PATH',
    'Path',
    'PYTHONPATH',
    'PYTHONSTARTUP',
    'JAVA_TOOL_OPTIONS',
    'RUBYOPT',
    'PERL5OPT',
    'BASH_ENV',
    'BASH_FUNC_ls%%',
    'GIT_SSH_COMMAND',
    'ESBUILD_BINARY_PATH',
    'npm_config_script_shell',
    'OPENSSL_CONF',
    'AWS_PROFILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'TSX_TSCONFIG_PATH',
    'HOME',
    'TMPDIR',
    'ZDOTDIR',
    'XDG_CONFIG_HOME',
    'SSLKEYLOGFILE',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'ASPNETCORE_HOSTINGSTARTUPASSEMBLIES',
    'VSCODE_INSPECTOR_OPTIONS',
  ])('%s is withheld', (name) => {
    expect(isWithheld(name, 'value')).toBe(true);
  });

  it.each([
    'TABLE_NAME',
    'NODE_ENV',
    'ENV',
    'HTTPS_PROXY',
    'AWS_ENDPOINT_URL',
    'DOTNET_ENVIRONMENT',
    'PATHS',
    'LDAP_URL',
  ])('%s is not', (name) => {
    expect(isWithheld(name, 'value')).toBe(false);
  });

  it('ENV is where it names a file that a shell would run, and not where it names a stage', () => {
    expect(['production', '/opt/start.sh', '$HOME/.x', '~/x', '`x`'].map((value) => isWithheld('ENV', value))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });
});
