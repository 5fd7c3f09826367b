/** Chains and runs as data and pictures. Pure, and the same for pages and the terminal. */
export * from './chain-report.js';
export type { EvidenceCell, EvidenceFacts, EvidenceRow } from './evidence.js';
export { outcomeOf, RunFolder, type Run, type RunBuild, type RunBuildStatus, type RunFetch } from './run.js';
export { targetState, testState, type StateFacts, type TargetState, type TestState } from './target-state.js';
export { figuresOf, type BuildFigures, type Figures } from './figures.js';
export { timelineOf, type Bar, type Timeline } from './timeline.js';
export type { Forecast } from './forecast.js';
export { buildsOf, compareBuilds, referenceBuilds, type BuildsByName, type ComparedBuild, type ComparedRuns, type Took } from './compare-runs.js';
export { errorLine, logSections, type LogSection } from './log-sections.js';
export { filtered, sortedBy, type SortKey } from './order.js';
export { closureTree, treeOf, type SizedLine, type TreeLine } from './tree.js';
export { foundationOf, premises, type Foundation } from './foundation.js';
export { outsideNamed, type Outside } from './outside.js';
export { layoutChain, type ChainLayout } from './layout.js';
export { drawGraph, impliedPath, type LiveStatus } from './draw-graph.js';
export { drawTimeline } from './draw-timeline.js';
export { DRAWING_RULES, svgFile, type SvgElement } from './svg.js';
export { editsOfScript, editsOfTables, type SourceEdit } from './source-edits.js';
