/** A message that waits for an answer is sent again after this, then after twice as long, up to the longest. */
export const firstResendMs = 400;
const longestResendMs = 1600;

/** How long a stub waits for a tunnel before it has sent the invocation to one. */
export const nobodyHomeMs = 1500;
/** The same while its subscription is young: events may not be delivered for two seconds after it was confirmed. */
export const nobodyHomeYoungMs = 2500;
export const youngSubscriptionMs = 5000;
/** Of what is left of the function's time, the share that may be spent on looking for a tunnel. */
export const nobodyHomeShare = 1 / 4;

/** What was heard of a tunnel says for this long that it is there, where a stub has other code to run. */
export const heardRecentlyMs = 10_000;
/** How long such a stub waits for the answer to its question, and the share of the time left for that. */
export const presenceMs = 300;
export const presenceShare = 1 / 10;
/** How long it waits in all where it has to connect first: at its start, and after it was frozen for long. */
export const connectForPresenceMs = 1000;
/** At this share of its time the question is put again, in the form that a tunnel answers that was started anew. */
export const askPresenceAgainShare = 1 / 2;
/** While nobody was there, it says Hello this often, and waits for nothing. */
export const helloWhileAbsentMs = 10_000;

/** How long a stub waits for a sign of life after it sent the invocation, and the share of the time left for that. */
export const silenceMs = 5000;
export const silenceShare = 1 / 2;

/** The caller is answered this long before Lambda would end the function. */
export const answerBeforeDeadlineMs = 250;

/** After a tunnel took an invocation over, it is asked how that stands after this, and then as often as the last. */
const askAfterAcceptedMs = [1000, 2000, 4000, 9000] as const;
const askEveryMs = 5000;

/** When the n-th question comes, counted from 0, after an invocation was taken over. */
export function askAfterMs(asked: number): number {
  const known = askAfterAcceptedMs[asked];
  return known ?? askAfterAcceptedMs[3] + (asked - 3) * askEveryMs;
}

/** The receiver of a message with more segments than this says that it is there, at the first one and then each so many. */
export const signOfLifeSegments = 6;

/** A result of more events than this is not sent again so soon after it was: over a slow line it is still on its way. */
export const quickEvents = 3;
export const largeOnItsWayMs = 900;

/** A tunnel whose connection broke tells the environments that it heard of within this time. */
export const recentlyHeardMs = 60_000;

/** No function has more time than this (Lambda quotas, "Function timeout"): a stub that claims more is not believed. */
export const longestRemainingMs = 900_000;

/** The bytes of a result are kept for this long after the function's time is over, for a stub that asks for them. */
export const keepResultMs = 10_000;

/** While there is another tunnel on the session, each says so this often. */
export const announceEveryMs = 20_000;
/** One that was not heard of for this long is gone: an announcement may be lost, and another one. */
export const rivalGoneMs = 3 * announceEveryMs;
/** Whoever starts says so as often, and so often: should all of it be lost, two tunnels would not know of each other. */
export const firstAnnouncements = 3;
export const announceFirstEveryMs = 1500;
/** A tunnel that hears one which has just come says that it is here, at most this often. */
export const answerRivalAfterMs = 1000;

/** A tunnel that wants the session asks again this often, once it was answered; before that as often as anything is resent. */
export const askTakeOverEveryMs = 1000;
/** A tunnel that was asked for the session and says nothing for this long does not know how, or is gone. */
export const takeOverSilenceMs = 5000;
/** A tunnel that hands its session over waits for this long after a result, for the stub to ask again if it was lost. */
export const resultLingersMs = 1000;
/** The same after a stream, of which more may be on its way. */
export const streamTailMs = 5000;
/** A small result that went out within this time goes out once more with the Goodbye, which may overtake it. */
export const recentResultMs = 2000;

/** A tunnel says that it took an invocation over only when the result takes longer than this. */
export const acceptAfterMs = 150;

/** How long the keys of the handshake before are held beside new ones. */
export const oldKeysMs = 30_000;

/** The n-th repetition of a message comes after this many milliseconds. */
export function resendAfterMs(sent: number): number {
  return Math.min(longestResendMs, firstResendMs * 2 ** (sent - 1));
}
