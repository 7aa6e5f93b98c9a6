// Fetches from PyPI what the suite runs besides this workspace's packages.
import { join } from 'node:path';
import { prepareVirtualEnvironment } from '../python/virtual-environment.ts';

const python = prepareVirtualEnvironment('iam', join(import.meta.dirname, 'requirements.txt'));
if (python.type === 'impossible') console.log(`skipped: role credentials against moto, since ${python.reason}`);
