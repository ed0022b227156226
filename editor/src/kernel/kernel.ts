import { KernelMessage } from '@jupyterlab/services';
import { BaseKernel, IKernel } from '@jupyterlite/services';

import { IReply, PythonHost, PythonStopped } from './host';
import type { Operation } from './protocol';

/** The project as a kernel needs it: a folder to stand in, and files to keep in step. */
export interface IProjectLink {
  /** Tell a host where it is, who it is and what files there are. */
  attach(host: PythonHost, location: string): void;
  /** Files may have changed elsewhere: bring the host up to date before it runs code. */
  beforeExecution(host: PythonHost): Promise<void>;
  /** Store what a cell wrote; returns a sentence for the reader when something was not stored. */
  store(host: PythonHost, changes: IReply['changes']): Promise<string | null>;
  /** A sentence for the reader of a cell whose Python stopped. */
  readonly stoppedMessage: string;
}

const LANGUAGE_INFO = {
  name: 'python',
  version: '3.14',
  mimetype: 'text/x-python',
  file_extension: '.py',
  pygments_lexer: 'ipython3',
  nbconvert_exporter: 'python',
  codemirror_mode: { name: 'python', version: 3 }
};

export namespace CandyceKernel {
  export interface IOptions extends IKernel.IOptions {
    /** A host that is booting or booted; each call gives another one. */
    takeHost: () => PythonHost;
    project: IProjectLink;
  }
}

/**
 * Python in a worker, behind Jupyter's messages. When Python stops, the kernel starts another one and
 * says so, as a server's kernel does.
 */
export class CandyceKernel extends BaseKernel {
  constructor(options: CandyceKernel.IOptions) {
    super(options);
    this._takeHost = options.takeHost;
    this._project = options.project;
    this._send = options.sendMessage;
    this._host = this._connect();
  }

  /** Ask running code to stop. Resolves true when the kernel is free again, false after `patience`. */
  async interrupt(patience = 2000): Promise<boolean> {
    const running = this._running;
    if (!running) {
      return true;
    }
    if (!this._host.interrupt()) {
      return false;
    }
    const tooLong = new Promise<boolean>(resolve => setTimeout(() => resolve(false), patience));
    return Promise.race([running.then(() => true), tooLong]);
  }

  /** End this Python, whatever it does, and start another. */
  replacePython(): void {
    this._host.stop();
  }

  /** The page's token was renewed. */
  setToken(token: string): void {
    this._host.setToken(token);
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._host.terminate();
      super.dispose();
    }
  }

  async kernelInfoRequest(): Promise<KernelMessage.IInfoReplyMsg['content']> {
    return {
      status: 'ok',
      implementation: 'candyce',
      implementation_version: '0.1.0',
      protocol_version: '5.3',
      banner: 'Python',
      help_links: [],
      language_info: LANGUAGE_INFO
    };
  }

  async executeRequest(
    content: KernelMessage.IExecuteRequestMsg['content']
  ): Promise<KernelMessage.IExecuteReplyMsg['content']> {
    let finished = () => undefined as void;
    this._running = new Promise<void>(resolve => (finished = resolve));
    this._showing = this.parentHeader;
    try {
      const host = this._host;
      await this._project.beforeExecution(host);
      const { code, silent, store_history, user_expressions } = content;
      const expressions = JSON.stringify(user_expressions ?? {});
      const { value, changes } = await host.request(
        'execute',
        code,
        silent ?? false,
        store_history ?? true,
        expressions
      );
      const reply = JSON.parse(value);
      if (changes.length > 0) {
        const trouble = await this._project.store(host, changes);
        if (trouble) {
          this.stream({ name: 'stderr', text: trouble + '\n' }, this._showing);
        }
      }
      if (reply.status === 'error') {
        const { ename, evalue, traceback } = reply;
        this.publishExecuteError({ ename, evalue, traceback }, this._showing);
      }
      return { ...reply, execution_count: this.executionCount };
    } catch (error) {
      return this._failed(error as Error);
    } finally {
      this._running = null;
      finished();
    }
  }

  completeRequest(content: KernelMessage.ICompleteRequestMsg['content']): Promise<any> {
    return this._ask('complete', content.code, content.cursor_pos);
  }

  inspectRequest(content: KernelMessage.IInspectRequestMsg['content']): Promise<any> {
    return this._ask('inspect', content.code, content.cursor_pos, content.detail_level);
  }

  isCompleteRequest(content: KernelMessage.IIsCompleteRequestMsg['content']): Promise<any> {
    return this._ask('isComplete', content.code);
  }

  commInfoRequest(content: KernelMessage.ICommInfoRequestMsg['content']): Promise<any> {
    return this._ask('commInfo', content.target_name ?? '');
  }

  async commOpen(message: KernelMessage.ICommOpenMsg): Promise<void> {
    await this._comm('commOpen', message);
  }

  async commMsg(message: KernelMessage.ICommMsgMsg): Promise<void> {
    await this._comm('commMsg', message);
  }

  async commClose(message: KernelMessage.ICommCloseMsg): Promise<void> {
    await this._comm('commClose', message);
  }

  inputReply(content: KernelMessage.IInputReplyMsg['content']): void {
    this._host.answer('value' in content ? content.value : '');
  }

  private async _comm(operation: Operation, message: KernelMessage.IMessage): Promise<void> {
    const content = JSON.stringify(message.content);
    const metadata = JSON.stringify(message.metadata ?? {});
    await this._ask(operation, content, metadata, message.buffers ?? []);
  }

  private async _ask(operation: Operation, ...args: unknown[]): Promise<any> {
    try {
      return JSON.parse((await this._host.request(operation, ...args)).value);
    } catch (error) {
      return { status: 'error', ename: 'Error', evalue: String(error), traceback: [] };
    }
  }

  private _connect(): PythonHost {
    const host = this._takeHost();
    host.output.connect((_, { type, content, buffers }) => {
      this._show(type, JSON.parse(content), buffers ?? []);
    });
    host.asked.connect((_, { prompt, password }) => {
      this.inputRequest({ prompt, password }, this._showing);
    });
    host.stopped.connect(() => void this._restart());
    this._project.attach(host, this.location);
    return host;
  }

  private _show(type: string, content: any, buffers: ArrayBuffer[]): void {
    const parent = this._showing;
    switch (type) {
      case 'stream':
        return this.stream(content, parent);
      case 'display_data':
        return this.displayData(content, parent);
      case 'update_display_data':
        return this.updateDisplayData(content, parent);
      case 'clear_output':
        return this.clearOutput(content, parent);
      case 'execute_result':
        content.execution_count = this.executionCount;
        return this.publishExecuteResult(content, parent);
      case 'comm_open':
      case 'comm_msg':
      case 'comm_close':
        return this.handleComm(type, content.content, content.metadata, buffers, parent);
    }
  }

  private _failed(error: Error): KernelMessage.IExecuteReplyMsg['content'] {
    const stopped = error instanceof PythonStopped;
    const content = {
      ename: stopped ? 'PythonStopped' : error.name,
      evalue: stopped ? this._project.stoppedMessage : error.message,
      traceback: stopped ? [this._project.stoppedMessage] : [String(error.message)]
    };
    if (!this.isDisposed) {
      this.publishExecuteError(content, this._showing);
    }
    return { status: 'error', execution_count: this.executionCount, ...content };
  }

  /** Python died: another one takes its place, once its cell has been told. */
  private async _restart(): Promise<void> {
    await this._running;
    if (this.isDisposed) {
      return;
    }
    this._restarts += 1;
    this._status('restarting');
    if (this._restarts > 3) {
      // it never boots: tell, and stop trying
      this._status('dead');
      return;
    }
    this._host = this._connect();
    this._host.booted.then(
      () => {
        this._restarts = 0;
        this._status('idle');
      },
      () => undefined
    );
  }

  private _status(execution_state: KernelMessage.Status): void {
    const session = this._showing?.session ?? '';
    this._send(
      KernelMessage.createMessage({
        msgType: 'status',
        channel: 'iopub',
        session,
        parentHeader: this._showing as any,
        content: { execution_state }
      })
    );
  }

  private _takeHost: () => PythonHost;
  private _project: IProjectLink;
  private _send: IKernel.SendMessage;
  private _host: PythonHost;
  private _running: Promise<void> | null = null;
  private _restarts = 0;
  private _showing: KernelMessage.IHeader | undefined;
}
