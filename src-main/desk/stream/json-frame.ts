import type { Frame, TablePatch, Update } from '#protocol/stream';

/** JSON knows no typed arrays: blocks of figures travel as lists there. */
export function jsonFrame(frame: Frame): Frame {
  if (!frame.updates.some(hasBlock)) return frame;
  return {
    ...frame,
    updates: frame.updates.map((update) => (hasBlock(update) ? { ...update, figures: Array.from(update.figures ?? []) } : update)),
  };
}

function hasBlock(update: Update): update is TablePatch {
  return update.kind === 'table-patch' && update.figures !== undefined;
}
