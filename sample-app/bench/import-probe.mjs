// Tells how long the modules of a function take to be imported by a process that is warm: Node, and the loader if one is
// given, have loaded a module of the same kind before.
const [first, entry] = process.argv.slice(2);
await import(first);
const startMs = performance.now();
await import(entry);
process.stdout.write(`${performance.now() - startMs}\n`);
