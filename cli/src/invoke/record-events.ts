import { createHash } from 'node:crypto';
import { type EventFacts, type Json, jsonOrText } from './event-facts.ts';

const defaultBody = '{"message":"hello"}';

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html} */
export function sqsEvent({ body = defaultBody, now, uuid, region, account }: EventFacts): Json {
  const sentAt = String(now.getTime());
  return {
    Records: [
      {
        messageId: uuid(),
        receiptHandle: Buffer.from(uuid()).toString('base64'),
        body,
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: sentAt,
          SenderId: 'AIDAEXAMPLE',
          ApproximateFirstReceiveTimestamp: sentAt,
        },
        messageAttributes: {},
        md5OfBody: createHash('md5').update(body).digest('hex'),
        eventSource: 'aws:sqs',
        eventSourceARN: `arn:aws:sqs:${region}:${account}:orders`,
        awsRegion: region,
      },
    ],
  };
}

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html} */
export function snsEvent({ body = defaultBody, now, uuid, region, account }: EventFacts): Json {
  const topic = `arn:aws:sns:${region}:${account}:orders`;
  const subscription = `${topic}:${uuid()}`;
  return {
    Records: [
      {
        EventVersion: '1.0',
        EventSubscriptionArn: subscription,
        EventSource: 'aws:sns',
        Sns: {
          SignatureVersion: '1',
          Timestamp: now.toISOString(),
          Signature: 'EXAMPLE',
          SigningCertUrl: `https://sns.${region}.amazonaws.com/SimpleNotificationService-EXAMPLE.pem`,
          MessageId: uuid(),
          Message: body,
          MessageAttributes: {},
          Type: 'Notification',
          UnsubscribeUrl: `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
          TopicArn: topic,
          Subject: null,
        },
      },
    ],
  };
}

/** {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html} */
export function s3Event({ now, region }: EventFacts): Json {
  const bucket = 'orders-bucket';
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: now.toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
        requestParameters: { sourceIPAddress: '203.0.113.17' },
        responseElements: { 'x-amz-request-id': 'EXAMPLE123456789', 'x-amz-id-2': 'EXAMPLE123' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'live-lambda',
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            key: 'orders/order-1.json',
            size: 1024,
            eTag: '0123456789abcdef0123456789abcdef',
            sequencer: '0A1B2C3D4E5F678901',
          },
        },
      },
    ],
  };
}

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html} */
export function kinesisEvent({ body = defaultBody, now, region, account }: EventFacts): Json {
  const sequenceNumber = '49590338271490256608559692538361571095921575989136588898';
  return {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: '1',
          sequenceNumber,
          data: Buffer.from(body).toString('base64'),
          approximateArrivalTimestamp: now.getTime() / 1000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: `arn:aws:iam::${account}:role/orders`,
        awsRegion: region,
        eventSourceARN: `arn:aws:kinesis:${region}:${account}:stream/orders`,
      },
    ],
  };
}

/** The body is the new item. {@link https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html} */
export function dynamoDbEvent({ body = '{"id":"1"}', now, uuid, region, account }: EventFacts): Json {
  const item = jsonOrText(body);
  const image = isObject(item) ? attributes(item) : { value: attribute(item) };
  const [key = 'id'] = Object.keys(image);
  return {
    Records: [
      {
        eventID: uuid().replaceAll('-', ''),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: region,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(now.getTime() / 1000),
          Keys: { [key]: image[key] ?? { S: '1' } },
          NewImage: image,
          SequenceNumber: '111',
          SizeBytes: Buffer.byteLength(body),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/orders/stream/${now.toISOString().slice(0, 23)}`,
      },
    ],
  };
}

/** The body is the detail. {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html} */
export function eventBridgeEvent({ body = defaultBody, ...facts }: EventFacts): Json {
  return busEvent(facts, { detailType: 'Order Placed', source: 'orders', resources: [], detail: jsonOrText(body) });
}

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html} */
export function scheduleEvent(facts: EventFacts): Json {
  const rule = `arn:aws:events:${facts.region}:${facts.account}:rule/every-morning`;
  return busEvent(facts, { detailType: 'Scheduled Event', source: 'aws.events', resources: [rule], detail: {} });
}

interface BusEvent {
  readonly detailType: string;
  readonly source: string;
  readonly resources: readonly string[];
  readonly detail: Json;
}

function busEvent(
  { now, uuid, region, account }: Omit<EventFacts, 'body'>,
  { detailType, source, resources, detail }: BusEvent,
): Json {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  return { version: '0', id: uuid(), 'detail-type': detailType, source, account, time, region, resources, detail };
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function attributes(item: { readonly [name: string]: Json }): Record<string, Json> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));
}

/** {@link https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html} */
function attribute(value: Json): Json {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  return isObject(value) ? { M: attributes(value) } : { L: value.map(attribute) };
}
