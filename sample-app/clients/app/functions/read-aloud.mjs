/** Streams the chapters of a book, several times if asked, and may lose its voice after the last one. */
export const handler = awslambda.streamifyResponse(async ({ chapters, times = 1, hoarse }, stream) => {
  stream.setContentType('text/plain');
  for (const chapter of Array.from({ length: times }).flatMap(() => chapters)) {
    if (!stream.write(chapter)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  if (hoarse) throw Object.assign(new Error('no voice left'), { name: 'Hoarse' });
  stream.end();
});
