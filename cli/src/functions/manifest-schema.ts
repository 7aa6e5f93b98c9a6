import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Manifest } from '@live-lambda/protocol/manifest';
import { Ajv, type ValidateFunction } from 'ajv';

const schemaFile = createRequire(import.meta.url).resolve('@live-lambda/protocol/manifest/v1.schema.json');

/** Checks against the manifest's JSON schema, up to the first fault. The published package holds it compiled. */
export const checkManifest: ValidateFunction<Manifest> = new Ajv({
  strict: false,
  validateSchema: false,
}).compile<Manifest>(JSON.parse(readFileSync(schemaFile, 'utf8')));
