import { LiteKernelClient } from '@jupyterlite/services';

import type { CandyceKernel } from './kernel';

/** JupyterLite's kernel client, whose interrupt also reaches the code that runs. */
export class KernelClient extends LiteKernelClient {
  constructor(
    options: LiteKernelClient.IOptions,
    private _running: { get(id: string): CandyceKernel | undefined },
    private _onDeaf: (restart: () => void) => void
  ) {
    super(options);
  }

  async interrupt(id: string): Promise<void> {
    await super.interrupt(id);
    const kernel = this._running.get(id);
    if (kernel && !(await kernel.interrupt())) {
      this._onDeaf(() => kernel.replacePython());
    }
  }
}
