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
  ])('%s is withheld', (name) => {
    expect(isWithheld(name)).toBe(true);
  });

  it.each([
    'TABLE_NAME',
    'NODE_ENV',
    'ENV',
    'HOME',
    'HTTPS_PROXY',
    'AWS_ENDPOINT_URL',
    'DOTNET_ENVIRONMENT',
    'PATHS',
    'LDAP_URL',
  ])('%s is not', (name) => {
    expect(isWithheld(name)).toBe(false);
  });
});
