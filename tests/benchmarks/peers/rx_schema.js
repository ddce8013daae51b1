// Every field of a generated record is text.
exports.collections = (fields) => ({
  cases: {
    schema: {
      version: 0,
      primaryKey: "id",
      type: "object",
      required: ["id"],
      properties: {
        id: { type: "string", maxLength: 32 },
        ...Object.fromEntries(fields.filter((name) => name !== "id").map((name) => [name, { type: "string" }])),
      },
    },
  },
});
