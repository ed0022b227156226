/**
 * Drawings that show even in somebody else's notebook.
 *
 * Stock JupyterLab refuses an SVG whose cell this page did not run: a teacher would see no
 * curve in a pupil's copy, nor the pupil after a reload. Shown as an image, an SVG runs no
 * script and loads nothing, so whoever drew it is harmless.
 */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import { h } from './dom';

const SVG = 'image/svg+xml';

/** What a screen reader should say: the output's own `alt`, or the drawing's title. */
export function titleOf(source: string, metadata: Record<string, unknown>): string {
  if (typeof metadata.alt === 'string') {
    return metadata.alt;
  }
  const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
  return parsed.querySelector('svg > title, svg > desc')?.textContent?.trim() ?? '';
}

/** The drawing with the size that an image needs: without one, browsers give it none. */
export function sized(source: string): string {
  const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
  const svg = parsed.documentElement;
  const box = svg.getAttribute('viewBox')?.trim().split(/[\s,]+/);
  if (svg.nodeName !== 'svg' || svg.hasAttribute('width') || box?.length !== 4) {
    return source;
  }
  svg.setAttribute('width', box[2]);
  svg.setAttribute('height', box[3]);
  return new XMLSerializer().serializeToString(svg);
}

class SvgImage extends Widget implements IRenderMime.IRenderer {
  constructor() {
    super();
    this.addClass('jp-RenderedSVG');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = model.data[SVG];
    const source = Array.isArray(data) ? data.join('') : String(data ?? '');
    const metadata = (model.metadata[SVG] ?? {}) as Record<string, unknown>;
    const image = h('img', {
      src: `data:${SVG};charset=utf-8,${encodeURIComponent(sized(source))}`,
      alt: titleOf(source, metadata)
    });
    this.node.replaceChildren(image);
    await image.decode().catch(() => undefined);
  }
}

/** Comes before the stock renderer (rank 80). */
export const svgFactory: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: [SVG],
  defaultRank: 79,
  createRenderer: () => new SvgImage()
};
