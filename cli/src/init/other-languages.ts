import type { OtherLanguage } from '../cdk-app/app-entry.ts';

interface LanguageLines {
  /** How the construct library becomes a dependency. */
  readonly install: string;
  /** What the app's program needs, in the order in which it stands there. */
  readonly lines: readonly string[];
}

/** The line in each language that jsii translates the construct library into, by the names that its package.json gives it. */
export const languageLines: Readonly<Record<OtherLanguage, LanguageLines>> = {
  Python: {
    install: 'pip install live-lambda-cdk',
    lines: ['from live_lambda_cdk import LiveLambda', 'LiveLambda.attach(app)  # right after app = cdk.App()'],
  },
  Java: {
    install: 'the Maven artifact io.github.live-lambda:live-lambda-cdk',
    lines: [
      'import io.github.livelambda.cdk.LiveLambda;',
      'LiveLambda.attach(app); // right after App app = new App()',
    ],
  },
  Go: {
    install: 'go get github.com/live-lambda/live-lambda-cdk-go/livelambdacdk',
    lines: [
      'import "github.com/live-lambda/live-lambda-cdk-go/livelambdacdk"',
      'livelambdacdk.LiveLambda_Attach(app, nil) // right after app := awscdk.NewApp(nil)',
    ],
  },
  'C#': {
    install: 'dotnet add package LiveLambda.Cdk',
    lines: ['LiveLambda.Cdk.LiveLambda.Attach(app); // right after var app = new App()'],
  },
};

/** The same for an app in TypeScript or JavaScript whose program could not be found or understood. */
export const scriptLines: readonly string[] = [
  "import { LiveLambda } from 'live-lambda-cdk';",
  'LiveLambda.attach(app); // right after const app = new App()',
];
