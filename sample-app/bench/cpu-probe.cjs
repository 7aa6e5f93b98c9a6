// Runs inside a measured process, beside its program or, for a bare Node, alone: says what the process has spent.
const { cpuUsage } = process;

const spentMs = () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
};

// When the program first writes a certain text: until another process asks, it would spend more.
const { CPU_PROBE_TEXT: awaited } = process.env;
if (awaited !== undefined) {
  const { write } = process.stdout;
  process.stdout.write = (chunk, ...rest) => {
    if (String(chunk).includes(awaited)) {
      process.stdout.write = write;
      process.send({ type: 'wrote', cpuMs: spentMs() });
    }
    return write.call(process.stdout, chunk, ...rest);
  };
}

process.on('message', () => process.send({ type: 'spent', cpuMs: spentMs() }));
// After the program's first turn, that is, once its modules are loaded.
setImmediate(() => process.send({ type: 'loaded', cpuMs: spentMs() }));
