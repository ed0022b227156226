import { describe, expect, it } from 'vitest';

import { sized, svgFactory, titleOf } from '../src/svg';

const HOSTILE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><title>Chute</title><script>window.HIT = 1</script></svg>';

describe('a drawing', () => {
  it('is an image, which runs nothing, and has its size and name', async () => {
    const renderer = svgFactory.createRenderer({ mimeType: 'image/svg+xml' } as never);
    await renderer.renderModel({
      data: { 'image/svg+xml': HOSTILE },
      metadata: {},
      trusted: false
    } as never);
    const image = renderer.node.querySelector('img');
    expect(renderer.node.children.length).toBe(1);
    expect(image?.getAttribute('src')).toMatch(/^data:image\/svg\+xml;charset=utf-8,%3Csvg/);
    expect(image?.getAttribute('alt')).toBe('Chute');
    expect((globalThis as { HIT?: number }).HIT).toBeUndefined();
    expect(svgFactory.safe).toBe(true);
  });

  it('keeps a size that it has', () => {
    expect(sized('<svg width="9" viewBox="0 0 1 1"/>')).toBe('<svg width="9" viewBox="0 0 1 1"/>');
    expect(sized('pas du svg')).toBe('pas du svg');
    expect(titleOf('<svg/>', { alt: 'Courbe' })).toBe('Courbe');
  });
});
