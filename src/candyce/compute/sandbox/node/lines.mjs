// Messages, one a line: on standard input and output, or on two pipes.
import fs from 'node:fs';

let input = 0;
let output = 1;
let pending = Buffer.alloc(0);
const chunk = Buffer.allocUnsafe(65536);

/** Speak through the pipes of this name from now on, and no more through those of before. */
export function connect(place) {
  fs.closeSync(input);
  fs.closeSync(output);
  pending = Buffer.alloc(0);
  input = fs.openSync(`${place}.in`, 'r');
  output = fs.openSync(`${place}.out`, 'w');
}

/** The next line, waiting for it; null at the end. */
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
      size = fs.readSync(input, chunk, 0, chunk.length, null);
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
    data = data.subarray(fs.writeSync(output, data));
  }
}

/** Say something and wait for what is answered: how one interpreter asks the other. */
export function ask(line) {
  write(line);
  return read();
}
