import { NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { createExistingApi } from './existing-api.ts';
import { assetFunction, createApp, manifestOf, stubSettingsIn } from './fixtures/synthesis.ts';
import { LiveLambdaApi } from './live-lambda-options.ts';

const attributes = {
  apiId: 'abc123',
  httpHost: 'abc.appsync-api.eu-west-1.amazonaws.com',
  realtimeHost: 'abc.appsync-realtime-api.eu-west-1.amazonaws.com',
};
const namespaces = { toTunnelNamespace: 'team-to-tunnel', toStubNamespace: 'team-to-stub' };
const env = { account: '111111111111', region: 'eu-west-1' };

function liveStack(given: Parameters<typeof createExistingApi>[0], name = 'Orders') {
  const app = createApp({ api: createExistingApi(given) });
  const stack = new Stack(app, name, { env });
  assetFunction(stack, 'Quote');
  return { app, stack, template: Template.fromStack(stack) };
}

function statementsOf(template: Template, type: string): readonly { Action: string; Resource: unknown }[] {
  const [policy] = Object.values(template.findResources(type));
  return policy?.Properties.PolicyDocument.Statement;
}

describe('an Events API that is given', () => {
  test('is used in place of an own one, and its endpoints are outputs like those', () => {
    const { template } = liveStack(attributes);
    template.resourceCountIs('AWS::AppSync::Api', 0);
    expect(stubSettingsIn(template, 'Quote')).toMatchObject({
      httpHost: attributes.httpHost,
      realtimeHost: attributes.realtimeHost,
    });
    expect(template.findOutputs('*')).toMatchObject({
      LiveLambdaHttpHost: { Value: attributes.httpHost },
      LiveLambdaRealtimeHost: { Value: attributes.realtimeHost },
      LiveLambdaApiId: { Value: 'abc123' },
    });
  });

  test('gets two namespaces for each stack, which refuse wildcards, and whose names tell stacks apart', () => {
    const names = ['Orders', 'Payments'].map((name) => {
      const found = Object.values(liveStack(attributes, name).template.findResources('AWS::AppSync::ChannelNamespace'));
      for (const { Properties } of found) expect(Properties.CodeHandlers).toContain("includes('*')");
      expect(found.map(({ Properties }) => Properties.ApiId)).toEqual(['abc123', 'abc123']);
      return found.map(({ Properties }) => Properties.Name);
    });
    expect(names[0]).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}-to-tunnel$/),
      expect.stringMatching(/^[0-9a-f]{8}-to-stub$/),
    ]);
    expect(names[0]?.[0]?.slice(0, 8)).toBe(names[0]?.[1]?.slice(0, 8));
    expect(names[1]?.[0]).not.toBe(names[0]?.[0]);
    expect(liveStack(attributes).template.findResources('AWS::AppSync::ChannelNamespace')).toMatchObject({
      ...liveStack(attributes).template.findResources('AWS::AppSync::ChannelNamespace'),
    });
  });

  test('tells stub and tunnel the names of its namespaces, and lets each use its own alone', () => {
    const { app, template } = liveStack({ ...attributes, ...namespaces });
    const names = { toTunnel: 'team-to-tunnel', toStub: 'team-to-stub' };
    template.resourceCountIs('AWS::AppSync::ChannelNamespace', 0);
    expect(stubSettingsIn(template, 'Quote')).toMatchObject({ namespaces: names });
    expect(manifestOf(app).functions[0]?.api).toMatchObject({ namespaces: names, stack: 'Orders' });
    const grants = statementsOf(template, 'AWS::IAM::Policy').map(({ Action, Resource }) => [
      Action,
      JSON.stringify(Resource),
    ]);
    expect(grants).toEqual([
      ['appsync:EventConnect', expect.stringMatching(/eu-west-1:111111111111:apis\/abc123"/)],
      ['appsync:EventPublish', expect.stringMatching(/apis\/abc123\/channelNamespace\/team-to-tunnel"/)],
      ['appsync:EventSubscribe', expect.stringMatching(/apis\/abc123\/channelNamespace\/team-to-stub"/)],
    ]);
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'appsync:EventSubscribe' })]) },
    });
  });

  test('of another account is named by that in every statement', () => {
    const { template } = liveStack({ ...attributes, account: '999999999999' });
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) {
      const text = JSON.stringify(statementsOf(template, type).filter(({ Action }) => Action.startsWith('appsync:')));
      expect(text).toContain('999999999999:apis/abc123');
      expect(text).not.toContain('111111111111');
    }
  });

  test('serves the nested stacks of a stack, too', () => {
    const stack = new Stack(createApp({ api: createExistingApi(attributes) }), 'Outer', { env });
    const nested = new NestedStack(stack, 'Nested');
    assetFunction(nested, 'Deep');
    Template.fromStack(stack).resourceCountIs('AWS::AppSync::ChannelNamespace', 2);
    Template.fromStack(nested).resourceCountIs('AWS::AppSync::ChannelNamespace', 0);
  });

  test('is not used by a function of another region, which says why', () => {
    const app = createApp({ api: createExistingApi(attributes) });
    assetFunction(new Stack(app, 'Orders', { env: { ...env, region: 'us-east-1' } }), 'Quote');
    expect(manifestOf(app).functions[0]).toMatchObject({
      status: 'refused',
      reason: 'it lies in us-east-1, and the Events API that attach() is given in eu-west-1.',
    });
  });
});

test.each<[string, object, RegExp]>([
  ['an empty id', { apiId: '' }, /apiId.*empty/],
  [
    'a URL in place of a host',
    { httpHost: 'https://x/event' },
    /httpHost.*must be a host's name, without https.*"https:\/\/x\/event"/,
  ],
  ['an empty host', { realtimeHost: '' }, /realtimeHost/],
  ['one namespace alone', { toTunnelNamespace: 'a' }, /one namespace is named without the other/],
  ['a namespace that AppSync refuses', { toTunnelNamespace: 'a_b', toStubNamespace: 'c' }, /"a_b" is no name/],
  ['one namespace for both directions', { toTunnelNamespace: 'a', toStubNamespace: 'a' }, /both namespaces.*are a\b/],
])('an API with %s is an error', (_, over, message) => {
  expect(() => LiveLambdaApi.fromAttributes({ ...attributes, ...over })).toThrow(message);
});
