export { findFirmware, findProgram, hasKvm, type Firmware } from './host.js';
export { BUSES, qemuCommand, type Bus, type Disk, type MachineSpec } from './qemu.js';
export { writeInitialFiles } from './initial-files.js';
export { launch } from './launch.js';
export { startMachine, type Machine } from './machine.js';
