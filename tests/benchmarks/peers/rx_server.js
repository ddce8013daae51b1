// rxdb-server in memory: node rx_server.js PORT FOLDER FIELDS (JSON)
// Its own limit of 100 kB a request refuses a batch of a hundred such records, and the client then retries for ever.
const { load } = require("./talk.js");
const { collections } = require("./rx_schema.js");
const { createRxDatabase } = load("rxdb");
const { getRxStorageMemory } = load("rxdb/plugins/storage-memory");
const { createRxServer } = load("rxdb-server/plugins/server");
const { RxServerAdapterExpress } = load("rxdb-server/plugins/adapter-express");
const express = load("express");
const [port, , fields] = process.argv.slice(2);

(async () => {
  const app = express();
  app.use(express.json({ limit: "64mb" }));
  const database = await createRxDatabase({ name: "server", storage: getRxStorageMemory(), multiInstance: false });
  await database.addCollections(collections(JSON.parse(fields)));
  const server = await createRxServer({
    database,
    adapter: RxServerAdapterExpress,
    serverApp: app,
    port: Number(port),
    hostname: "127.0.0.1",
    cors: "*",
  });
  server.addReplicationEndpoint({ name: "cases", collection: database.cases });
  await server.start();
})();
