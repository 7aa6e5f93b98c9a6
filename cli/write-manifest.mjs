// Writes oclif.manifest.json, by which oclif knows the commands without importing them. Left over from before a command
// was added or removed, it is wrong: that is why it is made by every build, and not committed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core/config';
import { settings } from '@oclif/core/settings';

settings.enableAutoTranspile = false;
const root = import.meta.dirname;
const plugin = new Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
});
await plugin.load();
writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, undefined, 2)}\n`);
