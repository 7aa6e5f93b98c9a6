import { describe, expect, it } from 'vitest';
import {
  deployedCommand,
  deployedVariables,
  functionVariables,
  readSettings,
  roleCredentials,
  runtimeIdentifier,
  SettingsError,
} from './settings.ts';

const deployed = {
  version: 1,
  app: 'shop',
  session: 'default',
  function: 'Shop/Orders',
  httpHost: 'abc.appsync-api.eu-central-1.amazonaws.com',
  realtimeHost: 'abc.appsync-realtime-api.eu-central-1.amazonaws.com',
  trust: 'iam',
};

const variablesWith = (over: object = {}) => ({ LIVE_LAMBDA: JSON.stringify({ ...deployed, ...over }) });

describe("the stub's settings", () => {
  it('are what the construct wrote', () => {
    expect(readSettings(variablesWith({ environment: { NODE_OPTIONS: '--enable-source-maps', bad: 1 } }))).toEqual({
      app: 'shop',
      session: 'default',
      functionPath: 'Shop/Orders',
      httpHost: deployed.httpHost,
      realtimeHost: deployed.realtimeHost,
      namespaces: { toTunnel: 'to-tunnel', toStub: 'to-stub' },
      trustedKeys: undefined,
      mode: 'replace',
      movedVariables: { NODE_OPTIONS: '--enable-source-maps' },
    });
  });

  it('name the namespaces of an API that is shared with others', () => {
    const namespaces = { toTunnel: '1a2b3c4d-to-tunnel', toStub: '1a2b3c4d-to-stub' };
    expect(readSettings(variablesWith({ namespaces })).namespaces).toEqual(namespaces);
  });

  it('say whether the deployed code is there, too', () => {
    expect(readSettings(variablesWith({ mode: 'fallback' })).mode).toBe('fallback');
  });

  it('pin the keys whose tunnels are believed', () => {
    const keys = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBQ'];
    expect(readSettings(variablesWith({ trust: 'keys', keys })).trustedKeys).toEqual(keys);
  });

  it.each<readonly [string, Record<string, string>, RegExp]>([
    ['are missing', {}, /LIVE_LAMBDA is missing: deploy this stack again/],
    ['are empty', { LIVE_LAMBDA: '' }, /LIVE_LAMBDA is missing/],
    ['are not JSON', { LIVE_LAMBDA: '{"app":"sh' }, /LIVE_LAMBDA is not JSON/],
    ['are no object', { LIVE_LAMBDA: '"shop"' }, /LIVE_LAMBDA is not JSON/],
    ['are of another version', variablesWith({ version: 2 }), /has version 2, this stub reads 1/],
    ['lack the app', variablesWith({ app: undefined }), /has no "app"/],
    ['lack the host', variablesWith({ httpHost: '' }), /has no "httpHost"/],
    ['have a function that is no text', variablesWith({ function: 1 }), /has no "function"/],
    ['ask for a trust that there is not', variablesWith({ trust: 'everybody' }), /asks for a trust/],
    ['say nothing of trust', variablesWith({ trust: undefined }), /asks for a trust/],
    ['ask for a mode that there is not', variablesWith({ mode: 'both' }), /asks for a mode/],
    ['pin no keys', variablesWith({ trust: 'keys', keys: [] }), /has no valid "keys"/],
    ['name one namespace', variablesWith({ namespaces: { toTunnel: 'a' } }), /has no valid "namespaces"/],
    ['name a namespace with slashes', variablesWith({ namespaces: { toTunnel: 'a/b', toStub: 'c' } }), /"namespaces"/],
    ['name one namespace twice', variablesWith({ namespaces: { toTunnel: 'a', toStub: 'a' } }), /"namespaces"/],
    ['have namespaces that are none', variablesWith({ namespaces: 'a' }), /"namespaces"/],
    ['pin something that is no key', variablesWith({ trust: 'keys', keys: ['no'] }), /has no valid "keys"/],
  ])('are refused, with what to do, when they %s', (_what, variables, message) => {
    expect(() => readSettings(variables)).toThrow(SettingsError);
    expect(() => readSettings(variables)).toThrow(message);
  });

  it("are not told in an error, since variables of the user's may be among them", () => {
    const variables = { LIVE_LAMBDA: '{"environment":{"TOKEN":"hunter2"}' };
    expect(() => readSettings(variables)).toThrow(/^(?!.*hunter2)/);
  });
});

describe("the function's variables", () => {
  it("are the environment's without the stub's own and without credentials, and with those that were moved", () => {
    const variables = {
      ...variablesWith({ environment: { NODE_OPTIONS: '--enable-source-maps', TABLE: 'moved' } }),
      AWS_LAMBDA_EXEC_WRAPPER: '/var/task/live-lambda/start',
      AWS_ACCESS_KEY_ID: 'ASIA1',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_REGION: 'eu-central-1',
      TABLE: 'orders',
      EMPTY: '',
      GONE: undefined,
    };
    expect(functionVariables(variables, readSettings(variables))).toEqual({
      AWS_REGION: 'eu-central-1',
      TABLE: 'moved',
      EMPTY: '',
      NODE_OPTIONS: '--enable-source-maps',
    });
  });
});

describe('the facts of the environment', () => {
  it("hold the role's credentials, where there are any", () => {
    const keys = { AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(roleCredentials({ ...keys, AWS_SESSION_TOKEN: 'token' })).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    expect(roleCredentials(keys)).toMatchObject({ sessionToken: '' });
    expect(roleCredentials({ ...keys, AWS_SECRET_ACCESS_KEY: '' })).toBeUndefined();
  });

  it('name the runtime as Lambda does', () => {
    expect(runtimeIdentifier({ AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' })).toBe('nodejs22.x');
    expect(runtimeIdentifier({})).toBe('');
  });
});

describe('the deployed code', () => {
  const settings = (environment: Record<string, string>) =>
    readSettings(variablesWith({ mode: 'fallback', environment }));

  it('sees the variables that it would have without the stub, and the Runtime API of the stub', () => {
    const variables = {
      ...variablesWith(),
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/live-lambda/start',
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      TABLE: 'orders',
    };
    const given = { NODE_OPTIONS: '--enable-source-maps', AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' };
    expect(deployedVariables(variables, settings(given), '127.0.0.1:40000')).toEqual({
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:40000',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      TABLE: 'orders',
      ...given,
    });
    expect(deployedVariables(variables, settings({}), '')).not.toHaveProperty('AWS_LAMBDA_EXEC_WRAPPER');
  });

  it("is started by the runtime's own command, through the user's wrapper where there is one", () => {
    const command = ['/var/lang/bin/node', '/var/runtime/index.mjs'];
    expect(deployedCommand(command, settings({}))).toEqual(command);
    expect(deployedCommand(command, settings({ AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' }))).toEqual([
      '/bin/sh',
      '-c',
      'exec "$0" "$@"',
      '/opt/otel-handler',
      ...command,
    ]);
  });
});
