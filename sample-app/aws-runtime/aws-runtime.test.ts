import { describe } from 'vitest';
import { awsClients } from '../../runners/conformance/aws-clients.ts';
import { clientProgram } from '../../runners/conformance/client-program.ts';
import { describeDoors } from '../test/fixtures/both-doors.ts';

const clients = await awsClients(() => undefined);

/** Lambda's images have a shell and no coreutils: nothing that a start script calls by its name is there. */
const noPrograms = { PATH: '/nonexistent' };

describe.skipIf(clients.type !== 'ready')("under AWS's own runtime client", () => {
  describe.each([
    { node: 22, generation: 'callback' },
    { node: 24, generation: 'promise' },
  ] as const)('on Node $node', ({ node, generation }) => {
    if (clients.type !== 'ready') return;
    const client = clientProgram(clients.oracle[generation], clients.nodes[generation]);
    describeDoors({
      node,
      largest: true,
      emulator: {
        nodeRuntime(fn) {
          const launch = client.launch(fn);
          return { ...launch, env: { ...launch.env, ...noPrograms } };
        },
      },
    });
  });
});
