import type { Entry } from '../../lib/studio';

/** What a document's state is called on the page. */
export const STATES: Record<Entry['state'], string> = {
  shipped: 'Comes with Ringside',
  draft: 'Draft',
  published: 'Published',
  changed: 'Published, with a newer draft',
};
