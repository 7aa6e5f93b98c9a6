#!/usr/bin/env node
// Before anything else is loaded: which Node this is, and what scripts ask for often. Node's own modules, too, take time.
const lowestNode = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < lowestNode[0] || (major === lowestNode[0] && minor < lowestNode[1])) {
  console.error(
    `Error: live-lambda needs Node ${lowestNode.join('.')} or newer, and this is ${process.versions.node}.`,
  );
  console.error('  Install a newer one, for example from https://nodejs.org.');
  process.exit(1);
}

const argv = process.argv.slice(2);
if (argv[0] === '--version' || argv[0] === '-v') {
  const { readFileSync } = await import('node:fs');
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else {
  // The AWS SDK announces the end of its own support for Node 20 at each start; which Node this runs on is not its user's news.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Node from 22.1 on keeps what it has compiled.
  process.getBuiltinModule('node:module').enableCompileCache?.();
  const { runProgram } = await import('../dist/program.js');
  await runProgram(argv);
}
