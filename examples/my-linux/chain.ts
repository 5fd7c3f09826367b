import { chain, local } from 'zilch';
import { basePackages, liveCd } from 'zilch/bootstrap/5-distribution/index.ts';

/** A Linux of one's own: the usual CD without its compilers, with a web server that starts by itself. */
const myLinux = liveCd({
  name: 'my-linux',
  packages: basePackages,
  files: [local(import.meta.url, './files')],
});

export default chain('my-linux', { systems: { 'my-linux': myLinux } });
