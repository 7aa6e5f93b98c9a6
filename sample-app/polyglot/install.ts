// Fetches what the functions in other languages pin in their own files. A language that this machine cannot build is
// left out, with a line that says why.
import { languages, missingProgram, run } from './languages.ts';

for (const language of languages) {
  const missing = missingProgram(language);
  if (missing !== undefined) {
    console.log(`skipped: ${language.name}, since there is no ${missing} on this machine`);
    continue;
  }
  const failed = language.installs.find((command) => !run(language, command, 'inherit'));
  if (failed !== undefined) {
    console.error(`${language.name}: \`${failed.join(' ')}\` failed in functions/${language.folder}`);
    process.exitCode = 1;
  } else console.log(`${language.name}: ready`);
}
