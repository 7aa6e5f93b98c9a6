// Writes config.schema.json, by which editors know a config in JSON: from the same schema that checks every config.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { register } from 'tsx/esm/api';

register();
const { configSchema } = await import('./src/config/check-config.ts');

// That an array is no object needs saying to valibot alone.
const schema = toJsonSchema(configSchema, { errorMode: 'ignore' });
const title = 'live-lambda.config.json';
const text = JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema }, undefined, 2);
writeFileSync(join(import.meta.dirname, 'config.schema.json'), `${text}\n`);
