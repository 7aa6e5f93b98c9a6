// Fetches MiniStack and the AWS CLI from PyPI, into a virtual environment of their own.
import { join } from 'node:path';
import { prepareVirtualEnvironment } from '../python/virtual-environment.ts';

const python = prepareVirtualEnvironment('ministack', join(import.meta.dirname, 'requirements.txt'));
if (python.type === 'impossible') console.log(`skipped: MiniStack, since ${python.reason}`);
