/** Whether what was built is what others built. */
export { comparePin, pinKey, readPins, writePins, type Pin, type PinComparison, type Pins } from './pins.js';
