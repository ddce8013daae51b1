// express-pouchdb on leveldb: node pouch_server.js PORT FOLDER
const { load, path } = require("./talk.js");
const [port, folder] = process.argv.slice(2);
const PouchDB = load("pouchdb").defaults({ prefix: folder + path.sep });
const app = load("express")();
const options = { inMemoryConfig: true, mode: "minimumForPouchDB", logPath: path.join(folder, "log.txt") };
app.use("/", load("express-pouchdb")(PouchDB, options));
app.listen(Number(port), "127.0.0.1");
