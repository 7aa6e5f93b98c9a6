/** One resource of a deployed stack. */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

export type StackStatus = 'CREATE_COMPLETE' | 'UPDATE_COMPLETE';

/** A deployed stack as CloudFormation's API shows it. */
export interface StackRecord {
  readonly stackName: string;
  readonly stackId: string;
  readonly status: StackStatus;
  readonly createdMs: number;
  readonly updatedMs: number | undefined;
  readonly outputs: readonly StackOutput[];
  readonly resources: readonly StackResource[];
}

export interface StackStore {
  put(stack: StackRecord): void;
  remove(stackId: string): void;
  /** By name or by ARN. */
  find(nameOrId: string): StackRecord | undefined;
  list(): readonly StackRecord[];
  /** The value that any stack exports under a name. */
  exported(name: string): string | undefined;
}

export const createStackStore = (): StackStore => {
  const stacks = new Map<string, StackRecord>();
  const list = (): readonly StackRecord[] => [...stacks.values()];
  return {
    put: (stack) => {
      stacks.set(stack.stackId, stack);
    },
    remove: (stackId) => {
      stacks.delete(stackId);
    },
    find: (nameOrId) => stacks.get(nameOrId) ?? list().find(({ stackName }) => stackName === nameOrId),
    list,
    exported: (name) =>
      list()
        .flatMap(({ outputs }) => outputs)
        .find(({ exportName }) => exportName === name)?.value,
  };
};
