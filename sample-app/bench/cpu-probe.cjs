// Runs inside a measured process, beside its program or, for a bare Node, alone: says what the process has spent.
const { cpuUsage } = process;

const spentMs = () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
};

process.on('message', () => process.send({ type: 'spent', cpuMs: spentMs() }));
// After the program's first turn, that is, once its modules are loaded.
setImmediate(() => process.send({ type: 'loaded', cpuMs: spentMs() }));
