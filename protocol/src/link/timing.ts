/** A message that waits for an answer is sent again after this, then after twice as long, up to the longest. */
export const firstResendMs = 400;
export const longestResendMs = 1600;

/** How long a stub waits for a tunnel before it has sent the invocation to one. */
export const nobodyHomeMs = 1500;
/** The same while its subscription is young: events may not be delivered for two seconds after it was confirmed. */
export const nobodyHomeYoungMs = 2500;
export const youngSubscriptionMs = 5000;
/** Of what is left of the function's time, the share that may be spent on looking for a tunnel. */
export const nobodyHomeShare = 1 / 4;

/** How long a stub waits for a sign of life after it sent the invocation, and the share of the time left for that. */
export const silenceMs = 5000;
export const silenceShare = 1 / 2;

/** The caller is answered this long before Lambda would end the function. */
export const answerBeforeDeadlineMs = 250;

/** A tunnel says that it took an invocation over only when the result takes longer than this. */
export const acceptAfterMs = 150;

/** How long the keys of the handshake before are held beside new ones. */
export const oldKeysMs = 30_000;

/** The n-th repetition of a message comes after this many milliseconds. */
export function resendAfterMs(sent: number): number {
  return Math.min(longestResendMs, firstResendMs * 2 ** (sent - 1));
}
