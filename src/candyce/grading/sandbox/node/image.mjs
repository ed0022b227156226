// A started interpreter that is put back as it was, for the next copy: its memory and the objects it holds of
// JavaScript. What else may have changed (files, modules) cannot be put back, and is noticed.
//
// Only the tests' side does so. It never runs a pupil's code, and after the image nothing in JavaScript holds an object
// of Python: a handle from after it would point into memory that is something else by then.

const CHANGING = {
  dir: { node: ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'] },
  file: { node: ['setattr'], stream: ['write', 'allocate', 'mmap', 'msync'] }
};

/** What Python holds of JavaScript, by number. */
function getHeld(module) {
  const held = [];
  try {
    for (;;) {
      held.push(module.__hiwire_get(held.length));
    }
  } catch {
    return held; // the number after the last
  }
}

function countOpen(FS) {
  return FS.streams.filter(Boolean).length;
}

/** Have `tell` called whenever a file or a folder changes. */
function watchFiles(FS, tell) {
  const kinds = FS.filesystems.MEMFS.ops_table;
  for (const [kind, parts] of Object.entries(CHANGING)) {
    for (const [part, names] of Object.entries(parts)) {
      const operations = kinds[kind][part];
      for (const name of names.filter(one => operations[one])) {
        const original = operations[name];
        operations[name] = function (...args) {
          tell();
          return original.apply(this, args);
        };
      }
    }
  }
}

/** The interpreter as it is now. No Python may be running. */
export function takeImage(python) {
  const module = python._module;
  const { FS } = module;
  const memory = new Uint8Array(module.HEAP8.buffer).slice();
  const held = getHeld(module);
  const stack = module.___stack_pointer.value;
  const libraries = Object.keys(module.LDSO.loadedLibsByName).length;
  const folder = FS.cwd();
  const open = countOpen(FS);
  let changed = false;
  watchFiles(FS, () => {
    changed = true;
  });

  return {
    /** Put it back; false when that cannot be done. */
    restore() {
      if (
        changed ||
        FS.cwd() !== folder ||
        countOpen(FS) !== open ||
        Object.keys(module.LDSO.loadedLibsByName).length !== libraries
      ) {
        return false;
      }
      const now = new Uint8Array(module.HEAP8.buffer);
      now.set(memory);
      now.fill(0, memory.length);
      // Numbers that came later are free again, as that memory has it.
      getHeld(module).forEach((_, number) => module.__hiwire_set(number, held[number] ?? null));
      module.___stack_pointer.value = stack;
      return true;
    }
  };
}
