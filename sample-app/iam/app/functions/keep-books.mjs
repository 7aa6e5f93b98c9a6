import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const actions = {
  list: async (s3, { bucket }) => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key);
  },
  put: async (s3, { bucket, key, text }) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
    return key;
  },
  get: async (s3, { bucket, key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body.transformToString();
  },
  delete: async (s3, { bucket, key }) => {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    return key;
  },
  identify: async (s3) => {
    const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
    const { accessKeyId } = await s3.config.credentials();
    return { arn: Arn, accessKeyId };
  },
};

/** One client for as long as the process lives, as most functions have it. */
const lasting = new S3Client({});

/** Does one thing to a bucket, by the client that lasts or by one of its own, and says in which process. */
export const handler = async ({ action, fresh, forget = [], ...input }) => {
  for (const name of forget) delete process.env[name];
  return { pid: process.pid, result: await actions[action](fresh ? new S3Client({}) : lasting, input) };
};
