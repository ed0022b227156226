import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ApiError } from '../src/api';
import { base64ToBytes, bytesToBase64 } from '../src/base64';
import { CandyceDrive, encodePath, wantedFormat } from '../src/drive';
import type { IEditorSession } from '../src/tokens';

const model = (path: string, extra: object = {}) => ({
  name: path.split('/').pop(),
  path,
  type: 'file',
  format: null,
  content: null,
  mimetype: 'text/plain',
  created: '2026-01-01T00:00:00Z',
  last_modified: '2026-01-01T00:00:00Z',
  writable: true,
  hash: 'abc',
  hash_algorithm: 'sha256',
  ...extra
});

let json: ReturnType<typeof vi.fn>;
let drive: CandyceDrive;
const changes: string[] = [];

beforeEach(() => {
  json = vi.fn(async (_method: string, path: string) => model(path.slice('/api/files/'.length)));
  drive = new CandyceDrive({ json } as unknown as IEditorSession);
  changes.length = 0;
  drive.fileChanged.connect((_, change) => changes.push(`${change.type} ${change.newValue?.path}`));
});

describe('reading', () => {
  it('asks in the form that keeps the bytes', () => {
    expect(wantedFormat('données.csv', {})).toBe('text');
    expect(wantedFormat('photo.PNG', {})).toBe('base64');
    expect(wantedFormat('mesures.bin', {})).toBe('base64');
    expect(wantedFormat('cours.ipynb', {})).toBe('json');
    expect(wantedFormat('cours.ipynb', { type: 'file' })).toBe('text');
    expect(wantedFormat('dossier', { type: 'directory' })).toBeUndefined();
    expect(wantedFormat('', {})).toBeUndefined();
    expect(wantedFormat('photo.png', { format: 'text' })).toBe('text');
  });

  it('encodes odd names part by part', () => {
    expect(encodePath('/élève/a b#1?.csv')).toBe('%C3%A9l%C3%A8ve/a%20b%231%3F.csv');
  });

  it('answers twice within a moment with one request, and each gets its own model', async () => {
    const [one, two] = await Promise.all([drive.get('a.txt'), drive.get('a.txt')]);
    expect(json).toHaveBeenCalledOnce();
    expect(one).toEqual(two);
    expect(one).not.toBe(two);
  });

  it('never answers a question about the hash from memory', async () => {
    await drive.get('a.txt', { content: false });
    await drive.get('a.txt', { content: false, hash: true });
    expect(json).toHaveBeenCalledTimes(2);
  });

  it('does not remember a failure, and shows the status where JupyterLab looks', async () => {
    json.mockRejectedValueOnce(new ApiError('not_found', 404, 'Absent'));
    const error = await drive.get('a.txt').catch(e => e);
    expect(error.response.status).toBe(404);
    await drive.get('a.txt');
    expect(json).toHaveBeenCalledTimes(2);
  });
});

describe('writing', () => {
  it('forgets what it knew and tells the change', async () => {
    await drive.get('a.txt');
    await drive.save('a.txt', { type: 'file', format: 'text', content: 'x' });
    await drive.get('a.txt');
    expect(json.mock.calls.map(call => call[0])).toEqual(['GET', 'PUT', 'GET']);
    expect(json.mock.calls[1][2]).toEqual({ type: 'file', format: 'text', content: 'x' });
    expect(changes).toEqual(['save a.txt']);
  });

  it('makes, copies, renames and deletes through the server', async () => {
    await drive.newUntitled({ path: 'tp', type: 'notebook' });
    await drive.copy('a.txt', 'tp');
    await drive.rename('a.txt', 'b.txt');
    await drive.delete('b.txt');
    expect(json.mock.calls).toEqual([
      ['POST', '/api/files/tp', { type: 'notebook', ext: '.ipynb' }],
      ['POST', '/api/files/tp', { copy_from: 'a.txt' }],
      ['PATCH', '/api/files/a.txt', { path: 'b.txt' }],
      ['DELETE', '/api/files/b.txt', undefined]
    ]);
    expect(changes.map(change => change.split(' ')[0])).toEqual(['new', 'new', 'rename', 'delete']);
  });

  it('gives a file that the kernel touched an empty content', async () => {
    await drive.save('a.txt', { type: 'file' });
    await drive.save('b.ipynb', { type: 'notebook' });
    expect(json.mock.calls[0][2]).toEqual({ type: 'file', format: 'text', content: '' });
    expect(json.mock.calls[1][2].content.cells).toEqual([]);
  });

  it('sends a chunked upload once, whole', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
    const parts = [bytes.slice(0, 33_334), bytes.slice(33_334, 70_001), bytes.slice(70_001)];
    for (const [index, part] of parts.entries()) {
      const chunk = index === parts.length - 1 ? -1 : index + 1;
      const content = bytesToBase64(part);
      await drive.save('grand.bin', { type: 'file', format: 'base64', content, chunk });
    }
    expect(json).toHaveBeenCalledOnce();
    expect(base64ToBytes(json.mock.calls[0][2].content)).toEqual(bytes);
    expect(changes).toEqual(['save grand.bin']);
  });
});
