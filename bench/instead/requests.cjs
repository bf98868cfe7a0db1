// Requests by status of the bench's JSON log, by DuckDB in one thread.
const { DuckDBInstance } = require("@duckdb/node-api");

(async () => {
    const db = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
    const found = await db.runAndReadAll(
        "select status, count(*) from read_ndjson(?, columns = {msg: 'varchar', status: 'varchar'}) " +
        "where msg = 'http request' group by status", [process.argv[2]]);
    for (const [status, count] of found.getRows())
        console.log(`${status} ${count}`);
})();
