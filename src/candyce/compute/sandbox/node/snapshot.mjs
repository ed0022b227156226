// A snapshot of Python's memory on disk, without its empty pages: half of them are, and every copy reads it.
//
// The file: three numbers (length of the head, length of the memory, number of runs), for each run its place and its
// length, the head, then the runs. All numbers are 32 bits, little endian. Head and memory are Pyodide's own snapshot.
import fs from 'node:fs';

const PAGE = 4096;
const MEMORY_STARTS_AT = 1; // which number of Pyodide's snapshot says where its head ends

/** Pyodide's snapshot as the bytes of the file. */
export function pack(snapshot) {
  const start = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[MEMORY_STARTS_AT];
  const memory = Buffer.from(snapshot.buffer, snapshot.byteOffset + start, snapshot.length - start);
  const empty = Buffer.alloc(PAGE);
  const runs = [];
  for (let at = 0; at < memory.length; at += PAGE) {
    const page = memory.subarray(at, at + PAGE);
    if (page.equals(empty.subarray(0, page.length))) {
      continue;
    }
    const last = runs.at(-1);
    if (last && last[0] + last[1] === at) {
      last[1] += page.length;
    } else {
      runs.push([at, page.length]);
    }
  }
  const numbers = new Uint32Array([start, memory.length, runs.length, ...runs.flat()]);
  const head = Buffer.from(snapshot.buffer, snapshot.byteOffset, start);
  const parts = runs.map(([at, size]) => memory.subarray(at, at + size));
  return Buffer.concat([Buffer.from(numbers.buffer), head, ...parts]);
}

function readNumbers(file, count, position) {
  const numbers = new Uint32Array(count);
  fs.readSync(file, numbers, 0, numbers.byteLength, position);
  return numbers;
}

/**
 * Call `load` with what Pyodide takes for its snapshot. Of that only the head is there: when it is copied into
 * Python's memory, which is new and empty, the runs are read from the file into it instead.
 */
export async function withSnapshot(path, load) {
  const file = fs.openSync(path);
  const [start, length, count] = readNumbers(file, 3, 0);
  const runs = readNumbers(file, 2 * count, 12);
  const first = 12 + runs.byteLength;
  const stand = new Uint8Array(start + length); // pages that nobody touches take no memory
  fs.readSync(file, stand, 0, start, first);

  function fill(memory) {
    let position = first + start;
    for (let n = 0; n < runs.length; n += 2) {
      fs.readSync(file, memory, runs[n], runs[n + 1], position);
      position += runs[n + 1];
    }
  }

  const arrays = Object.getPrototypeOf(Uint8Array.prototype);
  const set = arrays.set;
  arrays.set = function (source, ...where) {
    if (source?.buffer === stand.buffer) {
      fill(new Uint8Array(this.buffer));
    } else {
      set.call(this, source, ...where);
    }
  };
  try {
    return await load(stand);
  } finally {
    arrays.set = set;
    fs.closeSync(file);
  }
}
