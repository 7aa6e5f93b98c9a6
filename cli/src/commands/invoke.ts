import { styleText } from 'node:util';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { OneShotCommand } from '../base-command.ts';
import { UsageError } from '../failures/usage-error.ts';
import { projectCommand } from '../project-command.ts';

/** Checked where it is used: the list of triggers is not worth loading for the help of other commands. */
const triggers =
  'alb, api-gateway, api-gateway-v2, cognito, dynamodb, eventbridge, function-url, kinesis, s3, schedule, sns or sqs';

/** Of made-up events where nothing says another. */
const exampleRegion = 'us-east-1';

export default class Invoke extends OneShotCommand {
  static override summary = 'Invoke a function of the app, wherever it runs, and show what it answers';
  static override description =
    'The answer goes to the standard output, the log and the durations to the standard error. Exits with 1 when the function answered with an error. While `live-lambda local` runs for the same app, its emulator is what is called.';
  static override examples = [
    `<%= config.bin %> <%= command.id %> CreateOrder --event '{"customer":"ada@example.com"}'`,
    '<%= config.bin %> <%= command.id %> OrderService/CreateOrder --file event.json',
    `<%= config.bin %> <%= command.id %> Worker --template sqs --body '{"id":1}'`,
    '<%= config.bin %> <%= command.id %> --template s3 --set Records.0.s3.object.key=photo.jpg --print',
  ];
  static override args = {
    function: Args.string({
      description: 'Construct id or path, logical id or physical name of the function; :alias or :version behind it',
    }),
  };
  static override flags = {
    event: Flags.string({
      char: 'e',
      summary: 'The event, as JSON; {} if none is given',
      exclusive: ['file', 'template'],
    }),
    file: Flags.string({
      char: 'f',
      summary: 'File that holds the event; - for the standard input',
      exclusive: ['template'],
    }),
    template: Flags.string({ char: 't', summary: `Make up an event of a trigger: ${triggers}` }),
    body: Flags.string({ summary: 'What the made-up event carries: a body, message, record, item or detail' }),
    method: Flags.string({ summary: 'Method of a made-up HTTP request' }),
    path: Flags.string({ summary: 'Path of a made-up HTTP request, with its query' }),
    set: Flags.string({
      summary: 'Set a field of the event: path=value, several times if you like',
      multiple: true,
      multipleNonGreedy: true,
    }),
    print: Flags.boolean({ summary: 'Show the event, and invoke nothing' }),
    async: Flags.boolean({ summary: 'Let Lambda queue the event, and do not wait for an answer' }),
    stream: Flags.boolean({
      summary: 'Show the answer as it comes; the default for functions whose URL streams',
      allowNo: true,
      exclusive: ['async'],
    }),
    app: Flags.string({ summary: 'Folder of the synthesized app; cdk.out if not given' }),
    endpoint: Flags.string({ summary: 'Base URL of CloudFormation and Lambda, for an emulator of AWS' }),
    local: Flags.boolean({
      summary:
        'Call the emulator of a running `live-lambda local`, or with --no-local never; by default where one runs for this app',
      allowNo: true,
      exclusive: ['endpoint'],
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Invoke);
    const [{ readEvent }, { templateName }, { invokeFunction }, { chooseCloud }, { openProject }, { noteWaiting }] =
      await Promise.all([
        import('../invoke/read-event.ts'),
        import('../invoke/event-templates.ts'),
        import('../invoke/invoke.ts'),
        import('../local/choose-cloud.ts'),
        import('../project.ts'),
        import('../ui/waiting-note.ts'),
      ]);
    const currentFolder = process.cwd();
    const { app, endpoint, body, method, path, file } = flags;
    const json = this.jsonEnabled();
    const project = await openProject({ flags: { app, endpoint }, environment: process.env, currentFolder });
    const { access, isLocal } = chooseCloud(project, { local: flags.local, cacheFolder: this.config.cacheDir });
    const event = await readEvent({
      ...{ event: flags.event, file, body, method, path, currentFolder },
      template: flags.template === undefined ? undefined : templateName(flags.template),
      set: flags.set ?? [],
      region: access.region ?? (process.env.AWS_REGION || exampleRegion),
      stdin: process.stdin,
    });
    if (flags.print) return this.#print(event);
    if (args.function === undefined) {
      throw new UsageError(
        'No function is named.',
        `Name one, for example \`${projectCommand('live-lambda invoke CreateOrder')}\`; with --print the event is shown, and none is needed.`,
        { code: 'missing-argument' },
      );
    }
    const say = (line: string) => void (json || process.stderr.write(`${line}\n`));
    if (isLocal) say(`Calling the emulator of live-lambda local, ${access.endpointUrl}.`);
    const answered = noteWaiting(`waiting for the answer of ${args.function}`);
    const result = await invokeFunction({
      ...{ project, access, event, stream: flags.stream },
      name: args.function,
      kind: flags.async ? 'queue' : 'wait',
      say: (line) => {
        answered();
        say(line);
      },
      answerTo: json
        ? undefined
        : (part) => {
            answered();
            process.stdout.write(part);
          },
      paint: (style, text) => styleText(style, text, { stream: process.stderr }),
    }).finally(answered);
    if (result.functionError !== null) process.exitCode = 1;
    return result;
  }

  #print(event: string): unknown {
    this.log(event);
    return JSON.parse(event);
  }
}
