import { accessiblePlugin } from './plugins/accessible';
import { authorPlugin } from './plugins/author';
import { barPlugin } from './plugins/bar';
import { commentsPlugin } from './plugins/comments';
import { conductPlugin } from './plugins/conduct';
import { exercisePlugin } from './plugins/exercise';
import { filesPlugin } from './plugins/files';
import { historyPlugin } from './plugins/history';
import { kernelClientPlugin, kernelPlugin } from './plugins/kernel';
import { livePlugin, svgPlugin } from './plugins/live';
import { noticesPlugin } from './plugins/notices';
import { offlinePlugin } from './plugins/offline';
import { executorPlugin, openerPlugin } from './plugins/opener';
import { drivePlugin, settingsPlugin, userPlugin, workspacesPlugin } from './plugins/services';
import { sessionPlugin } from './plugins/session';
import { textsPlugin } from './plugins/texts';
import { outputsPlugin, togetherPlugin } from './plugins/together';

/** The plugins of Candyce's editor, in no particular order: each is thin, over tested classes. */
const plugins: unknown[] = [
  accessiblePlugin,
  authorPlugin,
  barPlugin,
  commentsPlugin,
  conductPlugin,
  drivePlugin,
  executorPlugin,
  exercisePlugin,
  filesPlugin,
  historyPlugin,
  kernelClientPlugin,
  kernelPlugin,
  livePlugin,
  noticesPlugin,
  offlinePlugin,
  openerPlugin,
  outputsPlugin,
  sessionPlugin,
  settingsPlugin,
  svgPlugin,
  textsPlugin,
  togetherPlugin,
  userPlugin,
  workspacesPlugin
];

export default plugins;
