/** The explorer: a server and its page, or the page as files. */
export { startServer, type RunningServer, type ServerOptions } from './server.js';
export { writeReport, type WrittenReport } from './static-report.js';
