/**
 * Settings and workspaces that live as long as the page and no longer.
 *
 * JupyterLite keeps both in IndexedDB, which on a shared computer hands one pupil's
 * choices (and the names of their files) to the next, and on a shared origin lets one
 * project's code plant settings for another. Schemas are read once: stock reads all of
 * them anew for each plugin that asks.
 */
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { SettingManager, type Workspace, WorkspaceManager } from '@jupyterlab/services';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** Defaults that replace those of the schemas: plugin id -> property -> value. */
export type Overrides = Record<string, Record<string, unknown>>;

type Schemas = Map<string, ISettingRegistry.IPlugin>;

export class MemorySettings extends SettingManager {
  constructor(
    private readonly _overrides: Overrides,
    private readonly _read: (file: string) => Promise<ISettingRegistry.IPlugin[]> = readSchemas
  ) {
    super();
    this._schemas = this._load();
  }

  async fetch(id: string): Promise<ISettingRegistry.IPlugin> {
    const plugin = (await this._schemas).get(id);
    if (!plugin) {
      throw new Error(`No settings for ${id}`);
    }
    return this._copy(plugin);
  }

  async list(query?: 'ids'): Promise<{ ids: string[]; values: ISettingRegistry.IPlugin[] }> {
    const plugins = [...(await this._schemas).values()];
    return {
      ids: plugins.map(plugin => plugin.id),
      values: query === 'ids' ? [] : plugins.map(plugin => this._copy(plugin))
    };
  }

  async save(id: string, raw: string): Promise<void> {
    this._saved.set(id, raw);
  }

  private async _load(): Promise<Schemas> {
    const build: Overrides = JSON.parse(PageConfig.getOption('settingsOverrides') || '{}');
    const files = await Promise.all([
      this._read('all.json'),
      // absent when the site has no federated extension
      this._read('all_federated.json').catch(() => [])
    ]);
    const plugins = files.flat();
    for (const plugin of plugins) {
      const defaults = { ...build[plugin.id], ...this._overrides[plugin.id] };
      for (const [name, value] of Object.entries(defaults)) {
        plugin.schema.properties ??= {};
        plugin.schema.properties[name] = {
          ...plugin.schema.properties[name],
          default: value as ISettingRegistry.IProperty['default']
        };
      }
    }
    return new Map(plugins.map(plugin => [plugin.id, plugin]));
  }

  /** The registry writes into what it gets. */
  private _copy(plugin: ISettingRegistry.IPlugin): ISettingRegistry.IPlugin {
    return {
      ...structuredClone(plugin),
      data: { composite: {}, user: {} },
      raw: this._saved.get(plugin.id) ?? plugin.raw ?? '{}'
    };
  }

  private readonly _schemas: Promise<Schemas>;
  private readonly _saved = new Map<string, string>();
}

export class MemoryWorkspaces extends WorkspaceManager {
  async fetch(id: string): Promise<Workspace.IWorkspace> {
    return this._saved.get(id) ?? { data: {}, metadata: { id } };
  }

  async list(): Promise<{ ids: string[]; values: Workspace.IWorkspace[] }> {
    return { ids: [...this._saved.keys()], values: [...this._saved.values()] };
  }

  async remove(id: string): Promise<void> {
    this._saved.delete(id);
  }

  async save(id: string, workspace: Workspace.IWorkspace): Promise<void> {
    this._saved.set(id, workspace);
  }

  private readonly _saved = new Map<string, Workspace.IWorkspace>();
}

async function readSchemas(file: string): Promise<ISettingRegistry.IPlugin[]> {
  const url = URLExt.join(PageConfig.getOption('settingsUrl') || '/', file);
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  return response.json();
}
