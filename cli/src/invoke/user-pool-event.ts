import type { EventFacts, Json } from './event-facts.ts';

/**
 * Before a user signs up.
 * {@link https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html}
 */
export function userPoolEvent({ region, uuid }: EventFacts): Json {
  return {
    version: '1',
    triggerSource: 'PreSignUp_SignUp',
    region,
    userPoolId: `${region}_EXAMPLE12`,
    userName: uuid(),
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' },
    request: { userAttributes: { email: 'ada@example.com' }, validationData: null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  };
}
