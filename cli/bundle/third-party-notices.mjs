// What the licenses ask for of the packages that are a part of the bundle.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const licenseFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
const rule = '-'.repeat(80);
const head = 'live-lambda contains code of the packages below, under their licenses.\n';

/** The installed package that a module is of; undefined for one of this workspace. */
export function packageOf(id) {
  const [, folder, name] = /^\0?(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(id) ?? [];
  return folder === undefined ? undefined : { folder, name: name.replaceAll('\\', '/') };
}

/** Folders of the packages of which something is left in the output. */
function packageFolders(output) {
  const used = output.flatMap(({ modules }) =>
    Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : [])),
  );
  return [...new Set(used.flatMap((id) => packageOf(id)?.folder ?? []))];
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name} ${version}, which is bundled, does not say its license.`);
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenseFile.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').replaceAll('\r\n', '\n').trim());
  return { title: `${name} ${version} (${license})`, text: texts.join('\n\n') || `Its license: ${license}.` };
}

/** One text for all packages; those under the same words are told together. */
export function thirdPartyNotices(output) {
  const titlesOf = new Map();
  for (const { title, text } of packageFolders(output).map(noticeOf)) {
    titlesOf.set(text, [...(titlesOf.get(text) ?? []), title].sort());
  }
  const sections = [...titlesOf].map(([text, titles]) => `${rule}\n\n${titles.join('\n')}\n\n${text}\n`);
  return [head, ...sections.sort()].join('\n');
}
