/** Something that a function on this machine can see to be different from Lambda, whatever the client does. */
export interface UnequalByNature {
  readonly what: string;
  readonly reason: string;
}

export const UNEQUAL_BY_NATURE: readonly UnequalByNature[] = [
  {
    what: 'Paths: `/var/task`, `/var/runtime`, `/opt`',
    reason:
      'The code stays where it is on this machine; `LAMBDA_TASK_ROOT`, the working folder and stacks name that place. The tables above write `/var/task` for it.',
  },
  {
    what: 'Frames of the runtime and of Node in a stack',
    reason: "Another program's functions have other names and lines. Frames of the function's own code are equal.",
  },
  {
    what: 'What happens between two invocations',
    reason:
      'Lambda freezes the environment. Here it is stopped too where the system can (not on Windows, and not under a debugger); otherwise timers go on and connections stay busy.',
  },
  {
    what: 'A process that has to end while it waits for an event',
    reason:
      "AWS's client waits in a native thread, which holds up the end until the next event, which then is lost. Frozen, ours does the same; running, it ends at once and the next event finds a new process.",
  },
  {
    what: 'What runs while an answer or an error is delivered',
    reason:
      "AWS's client delivers it from native code, which holds the whole process up meanwhile; ours lets the event loop turn, so that timers may fire in those milliseconds.",
  },
  {
    what: 'The file system, the user and the limits of the process',
    reason:
      'Everything but `/tmp` is read-only in Lambda, the user is another one, and memory and open files are limited. Here the function may do what its developer may.',
  },
  {
    what: '`AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE` and `AWS_EC2_METADATA_DISABLED`',
    reason:
      "They are set here, to nothing: the files of AWS's tools and the instance that this machine may be have the developer's identity, and Lambda has neither.",
  },
  {
    what: 'Operating system, C library, processor and Node patch version',
    reason: 'Those of this machine. The major version of Node is the same, or the tunnel says so.',
  },
  {
    what: 'Speed of a streamed response',
    reason: 'Lambda lets 6 MB pass and then 2 MB a second; locally nothing is held back.',
  },
  {
    what: 'The pipe that logs go through',
    reason:
      'Lambda hands its runtime a framed log file; here lines go to the standard output, where newlines within a record are carriage returns until the tunnel shows them.',
  },
  {
    what: 'Managed Instances: several invocations at once in one process',
    reason: 'One environment has one invocation at a time here.',
  },
];
