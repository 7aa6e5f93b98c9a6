import { UsageError } from '../failures/usage-error.ts';
import { didYouMean } from '../near-miss.ts';
import { UserError } from '../user-error.ts';
import type { EventFacts, Json } from './event-facts.ts';
import { functionUrlEvent, httpApiEvent, loadBalancerEvent, restApiEvent } from './http-events.ts';
import {
  dynamoDbEvent,
  eventBridgeEvent,
  kinesisEvent,
  s3Event,
  scheduleEvent,
  snsEvent,
  sqsEvent,
} from './record-events.ts';
import { userPoolEvent } from './user-pool-event.ts';

interface Template {
  readonly make: (facts: EventFacts) => Json;
  readonly hasBody: boolean;
  readonly isHttp: boolean;
}

const http = (make: Template['make']): Template => ({ make, hasBody: true, isHttp: true });
const carrier = (make: Template['make']): Template => ({ make, hasBody: true, isHttp: false });
const fixed = (make: Template['make']): Template => ({ make, hasBody: false, isHttp: false });

const templates = {
  alb: http(loadBalancerEvent),
  'api-gateway': http(restApiEvent),
  'api-gateway-v2': http(httpApiEvent),
  cognito: fixed(userPoolEvent),
  dynamodb: carrier(dynamoDbEvent),
  eventbridge: carrier(eventBridgeEvent),
  'function-url': http(functionUrlEvent),
  kinesis: carrier(kinesisEvent),
  s3: fixed(s3Event),
  schedule: fixed(scheduleEvent),
  sns: carrier(snsEvent),
  sqs: carrier(sqsEvent),
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof templates;

/** The triggers whose events can be made up, in the order of the alphabet. */
export const templateNames = Object.keys(templates) as readonly TemplateName[];

/** @throws UsageError for a trigger whose events cannot be made up */
export function templateName(given: string): TemplateName {
  const name = templateNames.find((each) => each === given);
  if (name !== undefined) return name;
  throw new UsageError(
    `There is no template "${given}".${didYouMean(given, templateNames)}`,
    `There are: ${templateNames.join(', ')}.`,
  );
}

/**
 * An event as a trigger would give it to a function.
 * @throws UserError for what this trigger's events do not have.
 */
export function templateEvent(name: TemplateName, facts: EventFacts): Json {
  const template = templates[name];
  const names = (fits: (template: Template) => boolean) => templateNames.filter((each) => fits(templates[each]));
  if (facts.body !== undefined && !template.hasBody) {
    const others = names(({ hasBody }) => hasBody).join(', ');
    throw new UserError(
      `An event of ${name} has no body.`,
      `Set its fields with --set, for example --set ${example(name)}; these have one: ${others}.`,
    );
  }
  if ((facts.method ?? facts.path) !== undefined && !template.isHttp) {
    const others = names(({ isHttp }) => isHttp).join(', ');
    throw new UserError(
      `An event of ${name} has no method and no path.`,
      `--method and --path are for requests: ${others}.`,
    );
  }
  return template.make(facts);
}

function example(name: TemplateName): string {
  if (name === 's3') return 'Records.0.s3.object.key=photo.jpg';
  return name === 'cognito' ? 'request.userAttributes.email=bob@example.com' : 'time=2026-01-01T00:00:00Z';
}
