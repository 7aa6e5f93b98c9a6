// Fetches Node 22 and 24 and builds AWS's runtime clients for them, once. Where this machine cannot, it says what is
// missing, and the suite is skipped.
import { awsClients } from '../../runners/conformance/aws-clients.ts';

const clients = await awsClients(console.log);
console.log(clients.type === 'ready' ? "AWS's runtime clients are ready" : `skipped: ${clients.reason}`);
