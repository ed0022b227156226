import { YNotebook } from '@jupyter/ydoc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { bound, CELL_LIMIT, OUTPUT_LIMIT } from '../src/together/outputs/bounds';
import { SHOWN } from '../src/together/outputs/flood';
import { readRuns, ranWords } from '../src/together/outputs/ran';
import { readCount, readOutputs } from '../src/together/outputs/sync';
import { translator } from '../src/i18n';
import { keepRunsToOneself } from '../src/runs';
import { connect, makePage, note, type Page, picture, release, stream, type Wire } from './outputPages';

let ada: Page;
let bob: Page;
let line: Wire;

beforeEach(() => {
  vi.useFakeTimers();
  keepRunsToOneself();
  const seed = new YNotebook();
  seed.insertCell(0, { cell_type: 'code', source: 'print(1)' });
  const update = Y.encodeStateAsUpdate(seed.ydoc);
  [ada, bob] = [makePage(update, 11), makePage(update, 22)];
  line = connect([ada, bob]);
});
afterEach(() => vi.useRealTimers());

describe('a run', () => {
  it('shows on all pages, with its number, when results are shared', async () => {
    bob.model.trusted = true;
    await ada.run(4, stream('bon'), stream('jour\n'), picture(10));
    expect(bob.shown()).toEqual(['bonjour\n', picture(10).data]);
    expect(bob.model.executionCount).toBe(4);
    expect(bob.model.trusted).toBe(false);
    expect(bob.outputs.of(bob.model as never)?.mode).toBe('shared');
  });

  it('is written a few times a second, however fast it prints, by what was added', async () => {
    const sizes: number[] = [];
    bob.notebook.ydoc.on('update', update => sizes.push(update.length));
    ada.start();
    for (let index = 0; index < 1_000; index++) {
      ada.model.outputs.add(stream(`ligne ${index}\n`));
      await vi.advanceTimersByTimeAsync(2);
    }
    ada.end(1);
    await vi.advanceTimersByTimeAsync(1_000);
    // two seconds of printing: ten updates and the ends, each about its own share of the text
    expect(sizes.length).toBeLessThan(16);
    const text = ada.model.items[0].value.text as string;
    expect(bob.shown()).toEqual([text]);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(text.length * 1.5);
  });

  it('that redraws its last line sends the line, not the page', async () => {
    await ada.run(1, stream('étape 1 sur 9\n'.repeat(200)), picture(20_000));
    const sizes: number[] = [];
    bob.notebook.ydoc.on('update', update => sizes.push(update.length));
    const before = ada.model.items[0].value.text as string;
    ada.model.outputs.set(0, stream(`${before}fin 😀`));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bob.shown()[0]).toBe(`${before}fin 😀`);
    ada.model.outputs.set(0, stream(`${before}fin 😁`));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bob.shown()[0]).toBe(`${before}fin 😁`);
    expect(Math.max(...sizes)).toBeLessThan(300);
  });

  it('stays on the own page when everybody keeps their own, its number too', async () => {
    await ada.run(1, stream('partagé'));
    bob.keeps = false;
    const before = Y.encodeStateVector(ada.notebook.ydoc);
    await bob.run(7, stream('à moi'));
    expect(bob.shown()).toEqual(['à moi']);
    expect(bob.model.executionCount).toBe(7);
    expect(ada.shown()).toEqual(['partagé']);
    expect(ada.model.executionCount).toBe(1);
    expect(Y.encodeStateVector(ada.notebook.ydoc)).toEqual(before);
    expect(bob.outputs.of(bob.model as never)?.mode).toBe('own');
  });

  it('of one’s own gives way, with a sign, when somebody changes the code or runs the cell', async () => {
    await ada.run(1, stream('partagé'));
    bob.keeps = false;
    await bob.run(2, stream('à moi'));
    ada.cell.setSource('print(2)');
    await vi.advanceTimersByTimeAsync(500);
    const live = bob.outputs.of(bob.model as never);
    expect(bob.shown()).toEqual(['partagé']);
    expect(bob.model.executionCount).toBe(1);
    expect(live?.returned).toBe(true);
    await bob.run(3, stream('encore à moi'));
    expect(live?.returned).toBe(false);
    await ada.run(5, stream('nouveau'));
    expect(bob.shown()).toEqual(['nouveau']);
    expect(bob.model.executionCount).toBe(5);
  });

  it('of one’s own is not interrupted by others while it goes on', async () => {
    bob.keeps = false;
    bob.start();
    bob.model.outputs.add(stream('un '));
    await ada.run(1, stream('ailleurs'));
    bob.model.outputs.add(stream('deux'));
    bob.end(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bob.shown()).toEqual(['un deux']);
    bob.outputs.of(bob.model as never)?.showShared(false);
    expect(bob.shown()).toEqual(['ailleurs']);
  });
});

describe('two runs of one cell', () => {
  async function race(first: Page, second: Page, together: boolean): Promise<void> {
    line.held = together;
    first.start();
    if (!together) {
      await vi.advanceTimersByTimeAsync(50);
    }
    second.start();
    for (let step = 0; step < 6; step++) {
      first.model.outputs.add(stream(`${first.notebook.ydoc.clientID}.${step} `));
      second.model.outputs.add(stream(`${second.notebook.ydoc.clientID}.${step} `));
      await vi.advanceTimersByTimeAsync(150);
      if (step === 3) {
        release(line);
      }
    }
    first.end(1);
    second.end(2);
    await vi.advanceTimersByTimeAsync(2_000);
  }

  it('do not mix: the later one has the document, the other its own page', async () => {
    await race(ada, bob, false);
    expect(readOutputs(ada.cell)).toEqual([stream('22.0 22.1 22.2 22.3 22.4 22.5 ')]);
    expect(readCount(ada.cell)).toBe(2);
    expect(ada.shown()).toEqual(['11.0 11.1 11.2 11.3 11.4 11.5 ']);
    expect(ada.outputs.of(ada.model as never)).toMatchObject({ mode: 'own', outrun: true });
    expect(bob.outputs.of(bob.model as never)?.mode).toBe('mine');
    // and the next word of the other brings the shared ones back
    await bob.run(3, stream('fin'));
    expect(ada.shown()).toEqual(['fin']);
  });

  it('do not mix when both began before they heard of each other', async () => {
    await race(ada, bob, true);
    const outputs = readOutputs(ada.cell);
    expect(readOutputs(bob.cell)).toEqual(outputs);
    expect(outputs).toHaveLength(1);
    const winner = outputs[0].text.startsWith('11') ? ada : bob;
    const id = winner.notebook.ydoc.clientID;
    expect(outputs[0].text).toBe([0, 1, 2, 3, 4, 5].map(step => `${id}.${step} `).join(''));
    const modes = [ada, bob].map(page => page.outputs.of(page.model as never)?.mode);
    expect(modes.sort()).toEqual(['mine', 'own']);
  });
});

describe('a run that lost', () => {
  it('takes its outputs out itself: the page that won may be long done, or closed', async () => {
    line.held = true;
    ada.start();
    ada.model.outputs.add(stream('perdu '));
    await bob.run(2, stream('gagné'));
    await vi.advanceTimersByTimeAsync(10_000);
    release(line);
    await vi.advanceTimersByTimeAsync(1_000);
    ada.model.outputs.add(stream('toujours'));
    ada.end(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readOutputs(ada.cell)).toEqual([stream('gagné')]);
    expect(readOutputs(bob.cell)).toEqual([stream('gagné')]);
    expect(bob.shown()).toEqual(['gagné']);
    expect(ada.shown()).toEqual(['perdu toujours']);
  });
});

describe('what the server puts back', () => {
  it('(an earlier version of the outputs) is shown, not written over', async () => {
    await ada.run(1, stream('aujourd’hui'));
    await vi.advanceTimersByTimeAsync(10_000);
    bob.notebook.ydoc.transact(() => bob.cell.setOutputs([stream('hier') as never]));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ada.shown()).toEqual(['hier']);
    expect(readOutputs(bob.cell)).toEqual([stream('hier')]);
  });
});

describe('a huge output', () => {
  it('stays with the one who ran; the others read how large it is', async () => {
    const chunk = 'x'.repeat(99) + '\n';
    ada.start();
    for (let index = 0; index < 500; index++) {
      ada.model.outputs.add(stream(chunk.repeat(1_000)));
      await vi.advanceTimersByTimeAsync(5);
    }
    ada.end(1);
    await vi.advanceTimersByTimeAsync(1_000);
    const live = ada.outputs.of(ada.model as never);
    const [shared] = readOutputs(bob.cell);
    expect(shared.text.length).toBeLessThan(3_000);
    expect(shared.text).toContain('trop grand 50\u00a0Mo');
    expect(bob.shown()).toEqual([shared.text]);
    expect(Y.encodeStateAsUpdate(bob.notebook.ydoc).length).toBeLessThan(20_000);
    // nothing of it is lost here, though not all is drawn
    expect((ada.shown()[0] as string).length).toBe(SHOWN);
    expect(live?.everything.reduce((sum, part) => sum + part.length, 0)).toBe(50_000_000);
    expect(live?.waiting).toBe(50_000_000 - SHOWN);
    live?.showMore();
    expect((ada.shown()[0] as string).length).toBe(2 * SHOWN);
  });

  it('that can be shared is drawn in parts, here and there, and all of it is in the document', async () => {
    const text = 'ligne\n'.repeat(100_000);
    await ada.run(1, stream(text), picture(10));
    expect(readOutputs(bob.cell)[0].text).toBe(text);
    for (const page of [ada, bob]) {
      const live = page.outputs.of(page.model as never);
      expect(page.shown()).toEqual([text.slice(0, SHOWN), picture(10).data]);
      expect(live?.waiting).toBe(text.length - SHOWN);
      expect(live?.everything.join('')).toBe(text);
      live?.showMore();
    }
    expect(bob.shown()).toEqual([text.slice(0, 2 * SHOWN), picture(10).data]);
    expect(ada.shown()).toEqual(bob.shown());
    ada.outputs.of(ada.model as never)?.flush();
    expect(readOutputs(bob.cell)).toEqual([stream(text), picture(10)]);
  });

  it('picture of five megabytes is a line of text for the others', async () => {
    await ada.run(1, stream('avant\n'), picture(5_000_000), stream('après\n'));
    expect(bob.shown()).toEqual(['avant\n', { 'text/plain': '[trop grand 5\u00a0Mo]' }, 'après\n']);
    expect((ada.shown()[1] as Record<string, string>)['image/png']).toHaveLength(5_000_000);
    expect(ada.outputs.of(ada.model as never)?.withheld).toBeGreaterThan(5_000_000);
  });

  it('of many parts is bounded as a whole', () => {
    const part = picture(OUTPUT_LIMIT / 2);
    const many = bound(Array.from({ length: 10 }, () => part), note);
    expect(JSON.stringify(many.outputs).length).toBeLessThan(CELL_LIMIT);
    expect(many.outputs).toHaveLength(4);
    const small = bound(Array.from({ length: 2_000 }, (_, at) => picture(at % 7)), note);
    expect(small.outputs).toHaveLength(301);
    const error = bound([{ output_type: 'error', ename: 'E', evalue: 'v', traceback: ['x'.repeat(3e6)] }], note);
    expect(error.outputs[0]).toMatchObject({ ename: 'E', traceback: ['[trop grand 3\u00a0Mo]'] });
  });

  it('that fits is left alone', () => {
    const outputs = [stream('a'), picture(100)];
    expect(bound(outputs, note)).toEqual({ outputs, withheld: 0 });
  });
});

describe('under a cell', () => {
  const t = translator('fr');
  const today = new Date('2026-03-02T10:00:00');
  const run = { by: 'Inès', username: 'ines', at: '2026-03-02T08:12:00' };
  const standing = { mode: 'shared' as const, outrun: false, returned: false, withheld: 0, waiting: 0 };
  const words = (more: object, who: typeof run | null = run) =>
    ranWords({ ...standing, ...more }, who, 'zoe', 'fr', t, today);

  it('stands who ran it, when it was somebody else', () => {
    expect(words({})?.text).toBe('Exécuté par Inès, 8 h 12');
    expect(words({}, { ...run, username: 'zoe' })).toBeNull();
    expect(words({}, null)).toBeNull();
    expect(words({ mode: 'mine' })).toBeNull();
  });

  it('stands whose results are shown, and the way to the others', () => {
    expect(words({ mode: 'own' })).toMatchObject({ text: 'Résultat visible par vous seul.', actions: ['shared'] });
    expect(words({ mode: 'own', outrun: true })?.text).toContain('Inès a exécuté cette cellule après vous');
    expect(words({ mode: 'mine', withheld: 5e6, waiting: 4e6 })).toMatchObject({
      text: 'Résultat trop grand pour être partagé (5\u00a0Mo)\u00a0: vous seul le voyez. Le début est affiché, 4\u00a0Mo attendent.',
      actions: ['more', 'download']
    });
    expect(words({ returned: true })?.text).toContain('de nouveau le résultat partagé');
  });

  it('stands nothing that the document says in an odd shape', () => {
    const doc = new Y.Doc();
    expect(readRuns(doc).size).toBe(0);
    doc.getMap('state').set('runs', 'x');
    expect(readRuns(doc).size).toBe(0);
    const held = new Y.Map<unknown>([['a', { by: 7 }], ['b', run], ['c', null]]);
    doc.getMap('state').set('runs', held);
    expect([...readRuns(doc).keys()]).toEqual(['b']);
  });
});
