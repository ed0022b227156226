// Messages, one a line, on standard input and output.
import fs from 'node:fs';

let pending = Buffer.alloc(0);
const chunk = Buffer.allocUnsafe(65536);

/** The next line of standard input, waiting for it; null at its end. */
export function read() {
  const parts = [];
  for (;;) {
    const end = pending.indexOf(10);
    if (end >= 0) {
      parts.push(pending.subarray(0, end));
      pending = pending.subarray(end + 1);
      return Buffer.concat(parts).toString('utf8');
    }
    if (pending.length) {
      parts.push(pending);
    }
    let size = 0;
    try {
      size = fs.readSync(0, chunk, 0, chunk.length, null);
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      pending = Buffer.alloc(0);
      continue;
    }
    if (size === 0) {
      return null;
    }
    pending = Buffer.from(chunk.subarray(0, size));
  }
}

export function write(line) {
  let data = Buffer.from(line + '\n', 'utf8');
  while (data.length) {
    data = data.subarray(fs.writeSync(1, data));
  }
}

/** Say something and wait for what is answered: how one interpreter asks the other. */
export function ask(line) {
  write(line);
  return read();
}
