// Runs a script of steps in ODK Web Forms' engine and prints the same JSON lines as `main.py form --replay`.
// Usage: node runner.mjs FORM.xml STEPS.json NOW_ISO MEDIA_FOLDER   (the zone is TZ of the environment)
import fs from 'node:fs';
import path from 'node:path';

const [, , formPath, stepsPath, nowText, mediaFolder] = process.argv;

// The clock stands still, for Date and for what is built on it.
const instant = new Date(nowText).getTime();
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [instant]));
  }
  static now() {
    return instant;
  }
};

// The clock stands still before the engine is loaded.
const { answer, createInstance, find: findIn, plain, walk } = await import('./opening.mjs');

const TYPES = { '.csv': 'text/csv', '.geojson': 'application/geo+json', '.xml': 'text/xml' };
const fetchFormAttachment = async (url) => {
  const file = path.join(mediaFolder, path.basename(decodeURIComponent(String(url))));
  if (!fs.existsSync(file)) {
    return new Response('', { status: 404 });
  }
  return new Response(fs.readFileSync(file), { headers: { 'content-type': TYPES[path.extname(file)] ?? 'text/plain' } });
};

const instance = await createInstance(fs.readFileSync(formPath, 'utf8'), {
  form: { fetchFormAttachment, missingResourceBehavior: 'BLANK' },
  instance: { stateFactory: (state) => state },
});
const root = instance.root;

const find = (reference) => findIn(root, reference);

const state = (refused) => {
  const found = { values: {}, hidden: [], choices: {}, required: [], readonly: [], missing: [], invalid: {}, rows: {},
    labels: {}, refused };
  const visit = (node, around) => {
    const current = node.currentState;
    const reference = plain(current.reference);
    const leaf = current.instanceValue !== undefined;
    if (leaf) found.values[reference] = current.instanceValue;
    if (!current.relevant) {
      if (around) found.hidden.push(reference);
    } else {
      if (node.nodeType.startsWith('repeat-range')) found.rows[reference] = current.children.length;
      const label = current.label?.asString;
      if (label) found.labels[reference] = label;
      if (leaf) visitLeaf(node, current, reference);
    }
    for (const child of current.children ?? []) visit(child, current.relevant);
  };
  const visitLeaf = (node, current, reference) => {
    if (current.required) found.required.push(reference);
    if (current.readonly) found.readonly.push(reference);
    if (node.validationState.required?.valid === false) found.missing.push(reference);
    const constraint = node.validationState.constraint;
    if (constraint?.valid === false) found.invalid[reference] = constraint.message?.asString ?? '';
    if (node.nodeType === 'select' || node.nodeType === 'rank') {
      found.choices[reference] = current.valueOptions.map((item) => [item.value, item.label?.asString ?? item.value]);
    }
  };
  visit(root, true);
  return found;
};

const act = (step) => {
  if ('answer' in step) answer(find(step.answer), step.with ?? '');
  else if ('add_row' in step) {
    const range = find(step.add_row);
    range.addInstances(range.currentState.children.length - 1, 1);
  } else if ('remove_row' in step) {
    const row = find(step.remove_row);
    row.parent.removeInstances(row.parent.currentState.children.indexOf(row), 1);
  } else {
    const language = root.languages.find((one) => one.language === step.language);
    if (!language || language.isSyntheticDefault) throw new Error('no such language');
    root.setLanguage(language);
  }
};

console.log(JSON.stringify(state(false)));
for (const step of JSON.parse(fs.readFileSync(stepsPath, 'utf8'))) {
  let refused = false;
  try {
    act(step);
  } catch (error) {
    refused = true;
    if (process.env.VERBOSE) console.error(error);
  }
  console.log(JSON.stringify(state(refused)));
}
