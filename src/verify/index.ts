/** Compares what was built with what others built. */
export { comparePin, pinKey, readPins, writePins, type Pin, type PinComparison, type Pins } from './pins.js';
