import { kernelClientPlugin, kernelPlugin } from './plugins/kernel';

/** The plugins of Candyce's editor, in no particular order: each is thin, over tested classes. */
const plugins: unknown[] = [kernelClientPlugin, kernelPlugin];

export default plugins;
