import { writeFileSync } from 'node:fs';
import { commandReference, withReference } from './command-reference.ts';
import { documentText } from './document-blocks.ts';

const file = new URL('../../../docs/commands.md', import.meta.url);
writeFileSync(file, withReference(documentText('docs/commands.md'), await commandReference()));
