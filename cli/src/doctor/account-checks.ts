import type { CallerIdentity } from '../functions/deployment.ts';
import { failed, ok, type Verdict, warning } from './check.ts';

/** @param accounts those that stacks of the app are for, as far as the app says */
export function credentialsVerdict({ arn, account }: CallerIdentity, accounts: readonly string[]): Verdict {
  const others = [...new Set(accounts)].filter((each) => each !== account);
  if (others.length === 0) return ok(arn);
  return failed(
    `You are ${arn}, and the app is for account ${others.join(' and ')}.`,
    'Choose the profile of that account with AWS_PROFILE.',
  );
}

/** What AWS tolerates between a request's time and its own. Source: AWS IAM User Guide, "Signature Version 4": 5 minutes. */
const toleratedSkewMs = 5 * 60_000;
/** From here on it is worth a word. */
const notedSkewMs = 60_000;

/** @param skewMs how far this machine's clock is ahead of AWS's */
export function clockVerdict(skewMs: number): Verdict {
  const off = Math.abs(skewMs);
  if (off < notedSkewMs) return ok('agrees with AWS');
  const seconds = Math.round(off / 1000);
  const text = `This machine's clock is ${seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS's`;
  const fix =
    'Let the system set its clock by the network (timedatectl set-ntp true; on macOS and Windows in the settings of date and time).';
  return off < toleratedSkewMs
    ? warning(`${text}.`, fix)
    : failed(`${text}: AWS refuses what is signed more than 5 minutes off.`, fix);
}
