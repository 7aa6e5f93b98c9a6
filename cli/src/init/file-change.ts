/** What is to become of one file of the project. */
export interface FileChange {
  /** Absolute. */
  readonly path: string;
  /** Undefined where the file is to be made. */
  readonly before: string | undefined;
  readonly after: string;
  /** What it is for, in a clause. */
  readonly about: string;
}

/** Something that the developer has to write, since a program cannot tell where it belongs. */
export interface ByHand {
  /** The file, or in words what it is. */
  readonly where: string;
  /** Why it is left, in a clause. */
  readonly reason: string;
  readonly lines: readonly string[];
}
