// RxDB in memory. Batches of 1,000.
const { load, records, inParts, answer } = require("./talk.js");
const { collections } = require("./rx_schema.js");
const { createRxDatabase } = load("rxdb");
const { getRxStorageMemory } = load("rxdb/plugins/storage-memory");
const { replicateServer } = load("rxdb-server/plugins/replication-server");
let cases;

const replicate = async ({ url }) => {
  const replication = replicateServer({
    collection: cases,
    replicationIdentifier: "bench",
    url: `${url}/cases/0`,
    live: false,
    retryTime: 1000,
    waitForLeadership: false,
    pull: { batchSize: 1000 },
    push: { batchSize: 1000 },
  });
  await replication.awaitInitialReplication();
  await replication.cancel();
};

answer({
  async open({ fields }) {
    const database = await createRxDatabase({
      name: `client${process.pid}`,
      storage: getRxStorageMemory(),
      multiInstance: false,
    });
    await database.addCollections(collections(fields));
    cases = database.cases;
  },
  async load({ file }) {
    for (const part of inParts(records(file), 1000)) {
      const { error } = await cases.bulkInsert(part);
      if (error.length) throw new Error(`${error.length} records were not kept`);
    }
  },
  async edit({ file }) {
    const changes = records(file);
    const found = await cases.findByIds(changes.map((change) => change.id)).exec();
    for (const { id, ...fields } of changes) await found.get(id).incrementalPatch(fields);
  },
  push: replicate,
  pull: replicate,
  async count() {
    return { count: await cases.count().exec() };
  },
});
