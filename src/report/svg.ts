/** Pictures as trees of SVG elements: written to a file as text, or shown on a page by its own library. */
export interface SvgElement {
  readonly tag: string;
  /** `undefined` values are left out. */
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (SvgElement | string)[];
}

/** Makes an element. */
export function svg(tag: string, attributes: SvgElement['attributes'], ...children: readonly (SvgElement | string)[]): SvgElement {
  return { tag, attributes, children };
}

/** A drawing as a separate file. Names stay text, whatever they contain. */
export function svgFile(drawing: SvgElement): string {
  const root = {
    ...drawing,
    attributes: { xmlns: 'http://www.w3.org/2000/svg', ...drawing.attributes },
    children: [svg('style', {}, SVG_STYLE), ...drawing.children],
  };
  return `${write(root)}\n`;
}

function write({ tag, attributes, children }: SvgElement): string {
  const attributeText = Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escape(String(value))}"`))
    .join('');
  const inside = children.map((child) => (typeof child === 'string' ? escape(child) : write(child))).join('');
  return inside === '' ? `<${tag}${attributeText}/>` : `<${tag}${attributeText}>${inside}</${tag}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML does not allow most control characters, even when escaped. */
function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => ESCAPES[character]!);
}

/** The style rules of drawings; the surrounding page defines the colours. */
export const DRAWING_RULES = `
.band{fill:var(--band)}.band-name,.axis{fill:var(--soft);font-size:11px}.band-name{letter-spacing:.06em}
.edge,.grid{fill:none;stroke:var(--line);stroke-width:1}.edge.critical{stroke:var(--work);stroke-width:1.8}
.name{fill:var(--ink);font-weight:600}.version,.facts{fill:var(--soft);font-weight:400}.facts{font-size:11px}
.bubble{fill:var(--built);stroke:var(--built);stroke-width:1.2}.ring{fill:none;stroke:var(--line)}
.square{fill:var(--line)}
.not-built .bubble,.queued .bubble{fill:var(--paper);stroke:var(--soft);stroke-dasharray:2 2}
.building .bubble,.waiting .bubble{fill:var(--work);stroke:var(--work)}.building .facts,.waiting .facts{fill:var(--work)}
.failed .bubble,.lost .bubble{fill:var(--paper);stroke:var(--bad);stroke-width:2}.failed .facts,.different .facts,.lost .facts{fill:var(--bad)}
.bar{fill:var(--built)}.bar-critical{fill:var(--work)}.bar.failed,.bar.lost{fill:var(--bad)}.bar.reused,.bar.waiting{fill:var(--line)}
.bar.building{stroke:var(--work);stroke-width:2}.bar.expected{fill:none;stroke:var(--soft);stroke-dasharray:2 2}.now{fill:none;stroke:var(--work)}
.bar-name{fill:var(--paper);font-size:11px}.bar-name.beside{fill:var(--soft)}.usage{fill:var(--line)}.fetch{fill:var(--soft)}`;

const SVG_STYLE = `
svg{--paper:#fcfbf8;--ink:#1d1c1a;--soft:#66625b;--line:#bdb7ab;--band:#f3f0e9;--built:#2c6e63;--work:#b45309;--bad:#b3261e;
font:12.5px ui-sans-serif,system-ui,"DejaVu Sans",sans-serif;background:var(--paper)}
@media(prefers-color-scheme:dark){svg{--paper:#161513;--ink:#ece8df;--soft:#a49e93;--line:#655f55;--band:#1f1d1a;--built:#6fc2b0;--work:#f0a04b;--bad:#ff8a80}}
${DRAWING_RULES}`;
