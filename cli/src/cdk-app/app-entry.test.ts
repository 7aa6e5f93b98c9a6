import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { findAppEntry } from './app-entry.ts';

describe('the entry of a CDK app', () => {
  it.each([
    ['npx ts-node --prefer-ts-exts bin/shop.ts', 'bin/shop.ts'],
    ['npx tsc && npx tsx bin/shop.ts', 'bin/shop.ts'],
    ['node --import tsx "bin/shop.ts"', 'bin/shop.ts'],
    ['node -r ./register.js ./bin/shop.ts', 'bin/shop.ts'],
    ['npx ts-node bin/shop', 'bin/shop.ts'],
    ['node bin/plain.mjs', 'bin/plain.mjs'],
    ['node bin/shop.js', 'bin/shop.ts'],
    ['npm run build; node dist/bin/shop.js', 'bin/shop.ts'],
    ['node dist/main.js', 'src/main.ts'],
  ])('is the source of what `%s` runs', async (command, file) => {
    await using project = await scratchProject({
      'bin/shop.ts': '',
      'bin/shop.js': '',
      'bin/plain.mjs': '',
      'register.js': '',
      'src/main.ts': '',
      'dist/main.js': '',
    });
    expect(findAppEntry({ folder: project.folder, command })).toEqual({ kind: 'script', file: project.at(file) });
  });

  it.each([
    ['python3 app.py', 'Python'],
    ['.venv/bin/python app.py', 'Python'],
    ['uv run app', 'Python'],
    ['mvn -e -q compile exec:java', 'Java'],
    ['./gradlew run', 'Java'],
    ['go mod download && go run shop.go', 'Go'],
    ['dotnet run --project src/Shop/Shop.csproj', 'C#'],
  ])('is in another language where the command is `%s`', async (command, language) => {
    await using project = await scratchProject({ 'app.py': '', 'shop.go': '' });
    expect(findAppEntry({ folder: project.folder, command })).toEqual({ kind: 'other-language', language });
  });

  it.each(['npx nx run infra:synth', 'node bin/nowhere.js', '', undefined])(
    'cannot be told from `%s`',
    async (command) => {
      await using project = await scratchProject({});
      expect(findAppEntry({ folder: project.folder, command })).toEqual({ kind: 'unknown' });
    },
  );
});
