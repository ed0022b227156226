// Opens Yjs documents (base64, one a line) as a page does; answers one JSON line each.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.cwd()}/package.json`);
const Y = require('yjs');
const { YNotebook } = require('@jupyter/ydoc');

for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  let answer;
  try {
    const shared = YNotebook.create();
    Y.applyUpdate(shared.ydoc, Buffer.from(line, 'base64'));
    if (shared.ydoc.store.pendingStructs !== null) {
      throw new Error('waits for something that never comes');
    }
    const content = JSON.parse(JSON.stringify(shared.toJSON()));
    answer = { sources: shared.cells.map(cell => cell.getSource()), cells: content.cells.length };
    shared.dispose();
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
