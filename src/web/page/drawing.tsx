import { h, type ComponentChild, type VNode } from 'preact';
import { DRAWING_RULES, type SvgElement } from '../../report/index.js';

/** Shows a drawing on the page; `more` may give elements further attributes. */
export function draw(element: SvgElement, more: (element: SvgElement) => Record<string, unknown> = () => ({})): VNode {
  const children: ComponentChild[] = element.children.map((child) => (typeof child === 'string' ? child : draw(child, more)));
  return h(element.tag, { ...element.attributes, ...more(element) }, ...children);
}

/** Drawings need their style rules; a style sheet made by a script does not count as inline. */
export function adoptDrawingRules(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(DRAWING_RULES);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
