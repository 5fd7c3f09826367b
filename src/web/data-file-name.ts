/** The file of a static report that holds a resource. Names of packages may hold what neither files nor links like. */
export function dataFileName(key: string): string {
  return `${key.replace(/[^0-9A-Za-z.+=-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`)}.js`;
}
