/** A document as this page has it, whatever the server thinks of it: as a file to keep. */
import { YFile, YNotebook } from '@jupyter/ydoc';
import { PathExt } from '@jupyterlab/coreutils';
import * as Y from 'yjs';

export interface SavedFile {
  name: string;
  content: string;
  type: string;
}

/** The file that a Yjs document stands for. */
export function asFile(path: string, isText: boolean, update: Uint8Array): SavedFile {
  const name = PathExt.basename(path);
  const model = isText ? new YFile() : new YNotebook();
  Y.applyUpdate(model.ydoc, update);
  const content = model instanceof YFile ? model.getSource() : JSON.stringify(model.toJSON(), null, 1);
  model.dispose();
  return { name, content, type: isText ? 'text/plain;charset=utf-8' : 'application/x-ipynb+json' };
}
