const windowMs = 1_000;

/** When the publish requests of the last second were let through, oldest first. */
export type PublishHistory = readonly number[];

export type RateVerdict =
  | { readonly type: 'within'; readonly history: PublishHistory }
  | { readonly type: 'exceeded'; readonly history: PublishHistory };

/**
 * Lets a number of publish requests through in any second, wherever it starts. AWS does not say how it counts; whoever
 * keeps to this keeps to every way of counting. A refused request does not count.
 */
export const countPublish = (
  history: PublishHistory,
  options: { readonly nowMs: number; readonly perSecond: number },
): RateVerdict => {
  const { nowMs, perSecond } = options;
  const recent = history.filter((atMs) => nowMs - atMs < windowMs);
  return recent.length < perSecond
    ? { type: 'within', history: [...recent, nowMs] }
    : { type: 'exceeded', history: recent };
};
