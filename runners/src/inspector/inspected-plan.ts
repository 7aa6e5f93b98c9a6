import { INSPECT_BRK_VARIABLE } from '../node/client/control-protocol.ts';
import type { LaunchPlan } from '../runner.ts';

/** Any free port, since many processes of one function may run: debuggers use the function's own address. */
const INSPECT_FLAG = '--inspect=127.0.0.1:0';

const ANY_INSPECT_FLAG = /^--inspect(?:-brk|-wait|-port|-publish-uid)?(?:=|$)/;

/** A plan whose process can be debugged; one that does not run our Node client stays as it is. */
export function inspectedPlan(plan: LaunchPlan, { brk }: { readonly brk: boolean }): LaunchPlan {
  if (plan.control !== true) return plan;
  const { NODE_OPTIONS, ...env } = plan.env;
  const options = (NODE_OPTIONS ?? '').split(/\s+/).filter((option) => option !== '' && !ANY_INSPECT_FLAG.test(option));
  return {
    ...plan,
    args: [INSPECT_FLAG, ...plan.args.filter((arg) => !ANY_INSPECT_FLAG.test(arg))],
    env: {
      ...env,
      ...(options.length === 0 ? {} : { NODE_OPTIONS: options.join(' ') }),
      ...(brk ? { [INSPECT_BRK_VARIABLE]: '1' } : {}),
    },
  };
}
