/**
 * The file name of a resource in a static report. Package names may have characters that files and links do not allow.
 */
export function dataFileName(key: string): string {
  return `${key.replace(/[^0-9A-Za-z.+=-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`)}.js`;
}
