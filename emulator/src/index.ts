export type { Deployment } from './deploy/deployer.ts';
export { DeploymentError } from './deploy/deployment-error.ts';
export type { DeployedFunction, DeployedStack, SkippedResource } from './deploy/stack-deployment.ts';
export { Emulator, type EmulatorOptions } from './emulator.ts';
export { describeEvent, type EmulatorEvent, type EmulatorListener } from './events.ts';
export type { Credentials } from './signature/credentials.ts';
