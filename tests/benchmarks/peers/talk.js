// The clients' common ground: one command a line in, one answer a line out, in order.
const fs = require("fs");
const path = require("path");
const readline = require("readline");

/** Load a package from the folder where the peers are installed. */
exports.load = (name) => require(require.resolve(name, { paths: [process.env.PEERS] }));

/** Read records: a JSON object a line. */
exports.records = (file) =>
  fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line)
    .map((line) => JSON.parse(line));

exports.inParts = (all, size) => {
  const parts = [];
  for (let start = 0; start < all.length; start += size) parts.push(all.slice(start, start + size));
  return parts;
};

/** Answer commands until the input ends. An operation that fails answers with its error. */
exports.answer = (operations) => {
  let last = Promise.resolve();
  const input = readline.createInterface({ input: process.stdin });
  input.on("line", (line) => {
    last = last.then(async () => {
      const command = JSON.parse(line);
      let answer;
      try {
        answer = (await operations[command.do](command)) || {};
      } catch (error) {
        answer = { error: String(error.message || error).slice(0, 300) };
      }
      process.stdout.write(JSON.stringify(answer) + "\n");
    });
  });
  input.on("close", () => last.then(() => process.exit(0)));
};

// A broken connection surfaces in several places of these libraries at once; the operation's own error is what counts.
process.on("unhandledRejection", (error) => console.error("rejected:", String(error).slice(0, 200)));
process.on("uncaughtException", (error) => console.error("uncaught:", String(error).slice(0, 200)));
exports.path = path;
