// PouchDB on leveldb. Batches of 1,000: its default of 100 makes ten times the round trips.
const { load, records, inParts, answer } = require("./talk.js");
const PouchDB = load("pouchdb");
const BATCH = { batch_size: 1000 };
let local;

const replicate = async (from, to) => {
  const done = await PouchDB.replicate(from, to, BATCH);
  if (!done.ok) throw new Error(done.status);
};

answer({
  open({ folder }) {
    local = new PouchDB(folder);
  },
  async load({ file }) {
    for (const part of inParts(records(file), 1000)) {
      await local.bulkDocs(part.map(({ id, ...rest }) => ({ _id: id, ...rest })));
    }
  },
  async edit({ file }) {
    const changes = records(file);
    const found = await local.allDocs({ keys: changes.map((change) => change.id), include_docs: true });
    await local.bulkDocs(
      found.rows.map((row, place) => {
        const { id, ...fields } = changes[place];
        return { ...row.doc, ...fields };
      }),
    );
  },
  push: ({ url }) => replicate(local, new PouchDB(`${url}/cases`)),
  pull: ({ url }) => replicate(new PouchDB(`${url}/cases`), local),
  async count() {
    return { count: (await local.info()).doc_count };
  },
});
