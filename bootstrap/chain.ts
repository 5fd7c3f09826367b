import { chain } from 'zilch';
import { stage1 } from './1-stage1/index.js';

/** The table of contents: from one TinyCC to a Linux that rebuilds itself. */
export default chain('stage1', {
  '1-stage1': { stage1 },
});
