import { describe, expect, it } from 'vitest';
import { createLaunchPlan, type FunctionEnvironmentOptions, functionEnvironment } from './environment.ts';
import type { FunctionSpec } from './runner.ts';

const FUNCTION: FunctionSpec = {
  id: 'Shop/CreateOrder',
  runtime: 'nodejs22.x',
  entry: '/app/src/create-order.ts',
  handler: 'handler',
  root: '/app',
  memoryMb: 512,
  timeoutMs: 3000,
};

const CREDENTIALS = { accessKeyId: 'ASIAROLE', secretAccessKey: 'role-secret', sessionToken: 'role-token' };

function environmentOf(options: Partial<FunctionEnvironmentOptions> = {}) {
  return functionEnvironment({
    laptop: {},
    cloud: {},
    credentials: CREDENTIALS,
    fn: FUNCTION,
    platform: 'linux',
    ...options,
  });
}

describe('what a function sees of this machine', () => {
  it('is only what programs need to run', () => {
    const { env } = environmentOf({
      laptop: {
        PATH: '/usr/bin',
        HOME: '/home/me',
        TMPDIR: '/tmp',
        AWS_PROFILE: 'admin',
        AWS_SECRET_ACCESS_KEY: 'my own',
        AWS_ENDPOINT_URL: 'http://localhost',
        NODE_OPTIONS: '--require /js-debug/bootloader.js',
        VSCODE_INSPECTOR_OPTIONS: '{}',
        NODE_PATH: '/mine',
        NODE_ENV: 'development',
        npm_config_registry: 'x',
        CI: '1',
        LC_ALL: 'de_DE',
        TZ: 'Europe/Berlin',
        GITHUB_TOKEN: 'secret',
        MISSING: undefined,
      },
    });
    expect(env).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/me',
      TMPDIR: '/tmp',
      AWS_ACCESS_KEY_ID: 'ASIAROLE',
      AWS_SECRET_ACCESS_KEY: 'role-secret',
      AWS_SESSION_TOKEN: 'role-token',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: '/app',
      LANG: 'en_US.UTF-8',
      NODE_PATH: '/app',
      PWD: '/app',
      SHLVL: '0',
      TZ: ':UTC',
      _HANDLER: 'src/create-order.handler',
    });
  });
});

describe('what a function sees of its environment in AWS', () => {
  it('is its own variables and the facts that describe it', () => {
    const cloud = {
      TABLE_NAME: 'orders',
      NODE_ENV: 'production',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'shop-create-order',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/23/[$LATEST]1',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency',
      TZ: 'Asia/Tokyo',
    };
    const { env, withheld } = environmentOf({ cloud });
    expect(env).toMatchObject(cloud);
    expect(withheld).toEqual([]);
  });

  it('is nothing that describes the machine there, nor anything of ours', () => {
    const { env, withheld } = environmentOf({
      cloud: {
        AWS_LAMBDA_RUNTIME_API: '169.254.100.1:9001',
        AWS_LAMBDA_EXEC_WRAPPER: '/var/task/live-lambda/start',
        AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000',
        _AWS_XRAY_DAEMON_PORT: '2000',
        _LAMBDA_TELEMETRY_LOG_FD: '62',
        _X_AMZN_TRACE_ID: 'Root=1',
        AWS_LAMBDA_MAX_CONCURRENCY: '10',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
        LAMBDA_TASK_ROOT: '/var/task',
        AWS_ACCESS_KEY_ID: 'ASIASTUB',
        LIVE_LAMBDA: '{"api":"x"}',
      },
    });
    expect(env).toEqual(environmentOf().env);
    expect(withheld).toEqual([]);
  });

  it('names what is withheld because it would run other code here', () => {
    const { env, withheld } = environmentOf({
      laptop: { PATH: '/usr/bin' },
      cloud: {
        PATH: '/opt/evil',
        NODE_OPTIONS: '--require /opt/x.js',
        LD_PRELOAD: '/opt/x.so',
        'BAD=NAME': '1',
        NUL: 'a\0b',
      },
    });
    expect(withheld).toEqual(['BAD=NAME', 'LD_PRELOAD', 'NODE_OPTIONS', 'NUL', 'PATH']);
    expect(env.PATH).toBe('/usr/bin');
    expect(Object.keys(env)).not.toContain('NODE_OPTIONS');
  });
});

describe('debuggers', () => {
  const laptop = {
    NODE_OPTIONS: '--require /mine.js --require /js-debug/bootloader.js',
    VSCODE_INSPECTOR_OPTIONS: '{"inspectorIpc":"x"}',
    JB_PUBLISH_PORT: '1234',
  };
  const cloud = { NODE_OPTIONS: '--enable-source-maps --require /opt/agent.js', VSCODE_INSPECTOR_OPTIONS: 'evil' };

  it("attach when asked, beside what is harmless of the function's own options", () => {
    const { env, withheld } = environmentOf({ laptop, cloud, passDebugger: true });
    expect(env).toMatchObject({
      NODE_OPTIONS: '--require /js-debug/bootloader.js --enable-source-maps',
      VSCODE_INSPECTOR_OPTIONS: '{"inspectorIpc":"x"}',
      JB_PUBLISH_PORT: '1234',
    });
    expect(withheld).toEqual(['NODE_OPTIONS', 'VSCODE_INSPECTOR_OPTIONS']);
  });

  it('do not attach unasked', () => {
    const { env } = environmentOf({ laptop, cloud });
    expect(env.NODE_OPTIONS).toBe('--enable-source-maps');
    expect(Object.keys(env).filter((name) => /^(VSCODE|JB)_/.test(name))).toEqual([]);
  });

  it('leave options that are all harmless unmentioned', () => {
    const { env, withheld } = environmentOf({ cloud: { NODE_OPTIONS: '--no-deprecation' } });
    expect([env.NODE_OPTIONS, withheld]).toEqual(['--no-deprecation', []]);
  });
});

describe('layers', () => {
  it('bring modules before, and programs after, what is there', () => {
    const { env } = environmentOf({ fn: { ...FUNCTION, layers: ['/layer'] }, laptop: { PATH: '/usr/bin' } });
    expect(env).toMatchObject({
      NODE_PATH: '/layer/nodejs/node22/node_modules:/layer/nodejs/node_modules:/app',
      PATH: '/usr/bin:/layer/bin',
    });
  });
});

describe('an identity other than that of the role', () => {
  it("is nowhere to be found: neither in files of AWS's tools nor with the instance that this machine may be", () => {
    const { env, withheld } = environmentOf({
      cloud: { AWS_CONFIG_FILE: '/opt/config', AWS_EC2_METADATA_DISABLED: 'false' },
    });
    expect(env).toMatchObject({
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(withheld).toEqual(['AWS_CONFIG_FILE']);
    expect(environmentOf({ platform: 'win32' }).env.AWS_CONFIG_FILE).toBe('\\\\.\\nul');
  });
});

describe('the rest', () => {
  it('tells SDKs when the credentials expire', () => {
    const { env } = environmentOf({ credentials: { ...CREDENTIALS, expirationMs: Date.UTC(2026, 10, 23, 12) } });
    expect(env.AWS_CREDENTIAL_EXPIRATION).toBe('2026-11-23T12:00:00.000Z');
  });

  it('follows the runtime', () => {
    const provided = environmentOf({ fn: { ...FUNCTION, runtime: 'provided.al2023' } }).env;
    expect(provided).not.toHaveProperty('AWS_EXECUTION_ENV');
    expect(provided).not.toHaveProperty('SHLVL');
    expect(environmentOf({ fn: { ...FUNCTION, runtime: 'java8.al2' } }).env.AWS_SECRET_KEY).toBe('role-secret');
  });

  it('takes names for the same on Windows that differ in letter case only', () => {
    const { env, withheld } = environmentOf({
      platform: 'win32',
      laptop: { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', HOME: 'C:\\me', tz: 'local' },
      cloud: { path: 'C:\\evil', Table: 'a', TABLE: 'b' },
    });
    expect(withheld).toEqual(['path']);
    expect(env).toMatchObject({ Path: 'C:\\bin', SystemRoot: 'C:\\Windows', TABLE: 'b', TZ: 'UTC' });
    for (const name of ['HOME', 'Table', 'path', 'tz']) expect(env).not.toHaveProperty(name);
  });

  it('lets what the runner needs win over the variables of the function', () => {
    const launch = { command: 'node', args: ['x'], cwd: '/app/bundle', env: { _HANDLER: 'index.handler' } };
    const plan = createLaunchPlan(launch, environmentOf({ cloud: { TABLE_NAME: 'orders' } }));
    expect(plan).toMatchObject({ command: 'node', args: ['x'], cwd: '/app/bundle' });
    expect(plan.env).toMatchObject({ _HANDLER: 'index.handler', TABLE_NAME: 'orders', PWD: '/app/bundle' });
  });
});
