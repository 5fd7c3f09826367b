/** What happened and what there is, as data and pictures. Pages and the terminal show the same. */
export * from './chain-report.js';
export { collectReport, type ReportedChain } from './collect.js';
export { RunFolder, type Run, type RunBuild, type RunBuildStatus, type RunFetch } from './run.js';
export { timelineOf, type Bar, type Timeline } from './timeline.js';
export { premises, trustOf, type Trust } from './trust.js';
export { layoutChain, type ChainLayout } from './layout.js';
export { drawGraph, type LiveStatus } from './draw-graph.js';
export { drawTimeline } from './draw-timeline.js';
export { svgFile, type SvgElement } from './svg.js';
export { diffTrees, type FileDifference, type TreesDifference } from './diff/trees.js';
export type { ContentsDifference } from './diff/contents.js';
export type { DiffLine, Hunk } from './diff/line-diff.js';
