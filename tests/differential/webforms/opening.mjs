// ODK Web Forms' engine where there is no browser: its globals, and finding nodes by reference.
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';

// The engine expects a browser's document and, for its parser, Node's old module names.
globalThis.__dirname = import.meta.dirname;
globalThis.require = createRequire(import.meta.url);
const { window } = new JSDOM('<!doctype html>');
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'Text', 'Attr', 'Comment',
  'CDATASection', 'DocumentFragment', 'ProcessingInstruction', 'NamedNodeMap', 'HTMLElement']) {
  globalThis[name] ??= window[name];
}
globalThis.document = window.document;

export const { createInstance } = await import('@getodk/xforms-engine');

export const walk = function* (node) {
  yield node;
  for (const child of node.currentState.children ?? []) yield* walk(child);
};
export const plain = (reference) => reference.replace(/\/[\w-]+:/g, '/');
export const find = (root, reference) => [...walk(root)].find((node) => plain(node.currentState.reference) === reference);

export const answer = (node, text) => {
  const type = node?.nodeType;
  if (type === 'select' && node.selectType === 'select1') node.selectValue(text === '' ? null : text);
  else if (type === 'select') node.selectValues(text.split(' ').filter(Boolean));
  else if (type === 'rank') node.setValues(text.split(' ').filter(Boolean));
  else if (type === 'trigger') node.setValue(text === 'OK');
  else if (type === 'input' || type === 'range') node.setValue(text === '' && type === 'range' ? null : text);
  else throw new Error(`not to be answered: ${type}`);
};
