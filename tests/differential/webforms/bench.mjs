// Times a script of steps in ODK Web Forms' engine; prints one JSON line: {load: [ms], steps: {tag: [[ms of each round]]}, heap_mb}.
// Usage: node --expose-gc bench.mjs FORM.xml STEPS.json ROUNDS   (each round opens the form anew, all in one process)
import fs from 'node:fs';
import { answer, createInstance, plain, walk } from './opening.mjs';

const [, , formPath, stepsPath, rounds] = process.argv;
const xml = fs.readFileSync(formPath, 'utf8');
const steps = JSON.parse(fs.readFileSync(stepsPath, 'utf8'));
const fetchFormAttachment = async () => new Response('', { status: 404 });
const load = [];
const taken = steps.map(() => []);
let heap = 0;

// A row or a question in it, by the rows that there are now.
const inRow = (root, nodes, reference) => {
  const [, range, number, name] = /^(.*)\[(\d+)\](?:\/(\w+))?$/.exec(reference);
  const row = nodes.get(range).currentState.children[number - 1];
  return name === undefined ? row : row.currentState.children.find((node) => node.currentState.reference.endsWith(`/${name}`));
};

const prepared = (root, step, nodes) => {
  const found = () => nodes.get(step.on) ?? inRow(root, nodes, step.on);
  if (step.act === 'answer') {
    const node = found();
    // What a screen reads at once: the value, and whether it is right.
    return () => { answer(node, step.value); return [node.currentState.value, node.validationState.constraint?.valid]; };
  }
  if (step.act === 'add_row') {
    const range = found();
    return () => range.addInstances(range.currentState.children.length - 1, 1);
  }
  if (step.act === 'remove_row') {
    const row = inRow(root, nodes, step.on);
    const place = row.parent.currentState.children.indexOf(row);
    return () => row.parent.removeInstances(place, 1);
  }
  if (step.act === 'choices') {
    const node = found();
    return () => node.currentState.valueOptions.map((item) => [item.value, item.label?.asString]);
  }
  const language = root.languages.find((one) => one.language === step.on);
  const all = [...walk(root)];
  return () => { root.setLanguage(language); return all.map((node) => [node.currentState.label?.asString, node.currentState.hint?.asString]); };
};

for (let round = 0; round < Number(rounds); round += 1) {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const begun = performance.now();
  const { root } = await createInstance(xml, { form: { fetchFormAttachment, missingResourceBehavior: 'BLANK' }, instance: { stateFactory: (state) => state } });
  load.push(performance.now() - begun);
  globalThis.gc?.();
  const after = process.memoryUsage();
  if (round === 0) heap = (after.heapUsed + after.external - before.heapUsed - before.external) / 1048576;
  const nodes = new Map();
  for (const node of walk(root)) {
    const reference = plain(node.currentState.reference);
    if (!reference.includes('[')) nodes.set(reference, node);
  }
  for (const [number, step] of steps.entries()) {
    const act = prepared(root, step, nodes);
    const started = performance.now();
    act();
    taken[number].push(performance.now() - started);
  }
}
const tags = {};
steps.forEach((step, number) => (tags[step.tag] ??= []).push(taken[number]));
console.log(JSON.stringify({ load, steps: tags, heap_mb: heap }));
