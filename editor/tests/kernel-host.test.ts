import { beforeEach, describe, expect, it, vi } from 'vitest';

import { type IWorker, PythonHost, PythonStopped } from '../src/kernel/host';
import { type FromWorker, SharedText, type ToWorker } from '../src/kernel/protocol';

class FakeWorker implements IWorker {
  sent: ToWorker[] = [];
  terminated = false;
  onmessage: IWorker['onmessage'] = null;
  onerror: IWorker['onerror'] = null;
  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(message: FromWorker): void {
    this.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  }
  get shared() {
    return (this.sent[0] as Extract<ToWorker, { kind: 'start' }>).shared!;
  }
}

let worker: FakeWorker;
let host: PythonHost;

beforeEach(() => {
  worker = new FakeWorker();
  host = new PythonHost({} as any, () => worker);
});

describe('a Python host', () => {
  it('gives each request its own reply', async () => {
    const first = host.request('execute', '1');
    const second = host.request('complete', 'x', 1);
    const [a, b] = worker.sent.slice(1) as Extract<ToWorker, { kind: 'request' }>[];
    worker.say({ kind: 'reply', id: b.id, value: '"b"' });
    worker.say({ kind: 'reply', id: a.id, value: '"a"', changes: [] });
    expect((await first).value).toBe('"a"');
    expect((await second).value).toBe('"b"');
  });

  it('sets the interrupt buffer that running Python looks at', () => {
    expect(host.interrupt()).toBe(true);
    expect(new Uint8Array(worker.shared.interrupt)[0]).toBe(2);
  });

  it('hands over answers and tokens through shared memory', () => {
    host.answer('Zoé');
    host.setToken('fresh');
    expect(new SharedText(worker.shared.input).read()).toBe('Zoé');
    expect(new SharedText(worker.shared.token).read()).toBe('fresh');
  });

  it('fails what is pending when Python stops, and tells once', async () => {
    const told: string[] = [];
    host.stopped.connect((_, reason) => told.push(reason));
    const pending = host.request('execute', 'bomb');
    worker.say({ kind: 'fatal', message: 'out of memory' });
    worker.say({ kind: 'fatal', message: 'again' });
    await expect(pending).rejects.toBeInstanceOf(PythonStopped);
    await expect(host.request('execute', '1')).rejects.toBeInstanceOf(PythonStopped);
    expect(told).toEqual(['out of memory']);
    expect(worker.terminated).toBe(true);
    expect(host.interrupt()).toBe(false);
  });

  it('ends a Python that memory exhaustion left hanging, not one that got over it', async () => {
    vi.useFakeTimers();
    const told: string[] = [];
    host.stopped.connect((_, reason) => told.push(reason));
    worker.say({ kind: 'exhausted' });
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
    host.request('execute', 'bomb').catch(() => undefined);
    worker.say({ kind: 'exhausted' });
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(['out of memory']);
    vi.useRealTimers();
  });

  it('does not tell when it is ended on purpose', async () => {
    const told: string[] = [];
    host.stopped.connect((_, reason) => told.push(reason));
    host.terminate();
    expect(told).toEqual([]);
    await expect(host.booted).rejects.toBeInstanceOf(PythonStopped);
  });
});
